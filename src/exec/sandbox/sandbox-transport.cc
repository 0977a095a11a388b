// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/sandbox-transport.hh"

#include "exec/remote/git-objects.hh"
#include "exec/sandbox/host.hh"
#include "io/runtime/runtime.hh"

namespace cirque::exec {

io::Task<Result<AgentPlace>> SandboxTransport::open(std::shared_ptr<OutputSink> /*log*/, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(const StoreClosure closure,
                         co_await closures_.of(job_.plan, job_.job, std::move(stop)));
    const std::function<Result<void>()> look = [&] { return this->look(closure); };
    CIRQUE_CO_TRY(co_await io::offload(look));
    CIRQUE_CO_TRY_ASSIGN(SandboxStart start, startOf(spec_));
    files_ = std::move(start.files);
    AgentPlace place;
    place.agent = std::move(start.options);
    place.leader = std::string(sandboxLeader);
    place.jobFolder = sandboxJobFolder(spec_.name);
    place.toolsFolder = std::string(sandboxTools);
    place.privateRoots = {std::string(sandboxPrivate)};
    co_return place;
}

// The store's folder when steps of the job build: what they make while the sandbox stands can no longer be
// mounted into it.
std::string SandboxTransport::storeOfBuilds() const {
    for (const plan::Step& step : job_.job->steps) {
        if (const auto* build = std::get_if<plan::BuildRun>(&step.action)) {
            const std::string& drv = build->derivation.drv;
            return drv.substr(0, drv.rfind('/'));
        }
    }
    return {};
}

Result<void> SandboxTransport::look(const StoreClosure& closure) {
    addPrograms(spec_);
    addEtc(spec_);
    const bool needsAll = addStoreTools(spec_) || job_.options.nixDaemon;
    std::string whole = storeOfBuilds();
    whole = whole.empty() && needsAll ? std::string(usualStore) : whole;
    addStore(spec_, closure, whole);
    if (job_.options.nixDaemon) {
        CIRQUE_TRY(addNixDaemon(spec_));
    }
    for (const std::string& path : gitObjectsOf(spec_.folder)) {
        spec_.binds.push_back({path, path});
    }
    return addMounts(spec_, job_.options.mounts, job_.hidden);
}

io::Task<Result<void>> SandboxTransport::close(io::StopToken /*stop*/) {
    files_.clear();
    co_return Result<void>();
}

} // namespace cirque::exec
