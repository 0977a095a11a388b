// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/sandbox-executor.hh"

#include "agent/materials.hh"
#include "base/json.hh"
#include "exec/remote/agent-site.hh"
#include "exec/remote/handle.hh"
#include "exec/remote/shared-files.hh"
#include "exec/sandbox/daemon-trust.hh"
#include "exec/sandbox/host.hh"
#include "exec/sandbox/sandbox-transport.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

std::string valueOf(const std::vector<std::string>& environment, std::string_view name) {
    for (const std::string& entry : environment) {
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
            return entry.substr(name.size() + 1);
        }
    }
    return {};
}

} // namespace

SandboxExecutor::SandboxExecutor(AgentWorld world)
    : world_(std::move(world)), names_(std::make_shared<workspace::JobFolderNames>()),
      bwrap_(agent::findProgram("bwrap", world_.hostPath)) {}

std::string SandboxExecutor::handle(const Place& place) const {
    JsonObject json;
    json["folder"] = fmt::format("{}/sandbox/jobs/{}", world_.workRoot, names_->take(place.job->name));
    return toLine(json);
}

SandboxSpec SandboxExecutor::spec(const SandboxOptions& options) const {
    SandboxSpec spec;
    spec.bwrap = bwrap_.empty() ? "bwrap" : bwrap_;
    spec.agent = world_.agent;
    spec.leader = world_.leader;
    spec.hostPath = world_.hostPath;
    spec.user = valueOf(world_.environment, "USER");
    spec.network = options.network;
    spec.userNamespace = userNamespace_;
    spec.environment = world_.environment;
    return spec;
}

io::Task<Result<void>> SandboxExecutor::check(std::shared_ptr<const plan::Job> job, io::StopToken stop) {
    if (bwrap_.empty()) {
        co_return fail(ErrorCode::MissingTool, fmt::format("bwrap is not on PATH ({})", world_.hostPath),
                       "install bubblewrap");
    }
    const std::string key = toLine(job->executor.options);
    if (tried_.contains(key)) {
        co_return Result<void>();
    }
    CIRQUE_CO_TRY_ASSIGN(const SandboxOptions options,
                         parseSandboxOptions(job->executor.options, world_.tree));
    SandboxSpec trial = spec(options);
    addPrograms(trial); // the files of /etc take a third of the time and decide nothing
    const bool wholeStore = addStoreTools(trial) || options.nixDaemon;
    addStore(trial, {}, wholeStore ? std::string(usualStore) : std::string());
    if (options.nixDaemon) {
        CIRQUE_CO_TRY(addNixDaemon(trial));
        CIRQUE_CO_TRY(co_await expectUntrusted(world_.environment, stop));
    }
    SandboxSpec bare = trial;
    CIRQUE_CO_TRY(addMounts(trial, options.mounts, hiddenFolders(world_)));
    CIRQUE_CO_TRY_ASSIGN(userNamespace_, co_await trySandbox(std::move(trial), std::move(bare), stop));
    tried_.insert(key);
    co_return Result<void>();
}

io::Task<Result<std::unique_ptr<JobSite>>> SandboxExecutor::open(Place place, std::string handle) {
    CIRQUE_CO_TRY_ASSIGN(const std::string folder, folderOfHandle(handle));
    CIRQUE_CO_TRY_ASSIGN(SandboxOptions options,
                         parseSandboxOptions(place.job->executor.options, world_.tree));
    const std::string name = folder.substr(folder.rfind('/') + 1);
    SandboxSpec its = spec(options);
    its.name = name;
    its.folder = folder;
    SandboxJob job{place.plan, place.job, std::move(options), hiddenFolders(world_)};
    SharedFilesOptions files{folder, world_.keep, place.job};
    AgentSiteParts parts = sitePartsOf(world_, std::move(place), name, names_);
    parts.files = std::make_unique<SharedFiles>(std::move(files), world_.workspaces, world_.artifacts);
    parts.transport = std::make_unique<SandboxTransport>(std::move(its), std::move(job), world_.closures);
    parts.containers = containersHere(world_);
    co_return makeAgentSite(std::move(parts));
}

} // namespace cirque::exec
