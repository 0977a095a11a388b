// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/oci-transport.hh"

#include "agent/step-runner.hh"
#include "base/text.hh"
#include "exec/remote/git-objects.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace cirque::exec {

namespace {

bool hasBuild(const plan::Job& job) {
    return std::ranges::any_of(job.steps, [](const plan::Step& step) {
        return std::holds_alternative<plan::BuildRun>(step.action);
    });
}

std::string folderOf(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

// The programs of a closure, those first that the job names.
std::string pathOf(const StoreClosure& closure) {
    std::string path;
    const auto add = [&path](const StorePath& one) {
        if (::access((one.physical + "/bin").c_str(), X_OK) == 0) {
            path += fmt::format("{}{}/bin", path.empty() ? "" : ":", one.path);
        }
    };
    const auto isRoot = [&closure](const StorePath& one) {
        return std::ranges::find(closure.roots, one.path) != closure.roots.end();
    };
    for (const bool roots : {true, false}) {
        for (const StorePath& one : closure.paths) {
            if (isRoot(one) == roots) {
                add(one);
            }
        }
    }
    return path;
}

} // namespace

// The whole store is mounted, not the closure alone: what later build steps make is then there too.
io::Task<Result<void>> OciTransport::addStore(io::StopToken stop) {
    OciContainer& container = parts_.container;
    CIRQUE_CO_TRY_ASSIGN(const StoreClosure closure,
                         co_await parts_.closures.of(parts_.place.plan, parts_.place.job, std::move(stop)));
    const bool needed = !closure.paths.empty() || hasBuild(*parts_.place.job);
    OciMount store{closure.folder.empty() ? "/nix/store" : closure.folder, "/nix/store", false};
    if (!closure.paths.empty()) {
        store = {folderOf(closure.paths.front().physical), folderOf(closure.paths.front().path), false};
    }
    const bool own = container.options.image.empty() && container.options.dockerfile.empty();
    if (own) {
        container.path = pathOf(closure);
    }
    if (needed && ::access(store.source.c_str(), X_OK) == 0) {
        container.mounts.push_back(std::move(store));
    }
    co_return Result<void>();
}

io::Task<Result<AgentPlace>> OciTransport::open(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    OciContainer& container = parts_.container;
    const bool own = container.options.image.empty() && container.options.dockerfile.empty();
    CIRQUE_CO_TRY_ASSIGN(container.image, co_await parts_.images->find(container.options, parts_.folder,
                                                                       std::move(log), stop));
    const std::function<std::vector<std::string>()> look = [this] { return gitObjectsOf(parts_.folder); };
    container.mounts.clear();
    for (std::string& path : co_await io::offload(look)) {
        container.mounts.push_back({path, path, false});
    }
    CIRQUE_CO_TRY(co_await addStore(stop));
    AgentPlace place;
    place.agent.env = parts_.engine->environment();
    place.leader = std::string(ociLeader);
    place.jobFolder = fmt::format("{}/{}", ociJobs, parts_.name);
    place.toolsFolder = fmt::format("{}/tools-{}", ociScratch, parts_.name);
    place.privateRoots = {fmt::format("{}/private", ociScratch)};
    place.wholeEnvironment = true;
    place.takeFolder = ::geteuid() != 0;
    const bool hostTools = !agent::toolTokens(*parts_.place.job).empty();
    place.bashHint =
        own && hostTools
            ? "the workflow's packages are this machine's tools, which are not in the container: give it a "
              "package set (--pkgs FILE), or name an 'image'"
        : own ? "add bash to the job: 'extraPackages = [ pkgs.bash pkgs.coreutils ]' of the executor, "
                "or 'deps' of its steps; or name an 'image'"
              : "choose an image that has bash, add it in a Dockerfile, or write the steps as "
                "'run = [ \"program\" \"argument\" ]'";
    if (container.options.shared) {
        OciContainer wanted = container;
        wanted.path.clear(); // it is the exec's
        CIRQUE_CO_TRY_ASSIGN(container.name, co_await parts_.containers->find(std::move(wanted), stop));
        place.agent.argv = ociExec(parts_.engine->tool(), container);
    } else {
        begun_ = true;
        place.agent.argv = ociRun(parts_.engine->tool(), container);
    }
    place.serviceNetwork = "container:" + container.name;
    co_return place;
}

io::Task<std::string> OciTransport::whyLost(std::string said) {
    const OciContainer& container = parts_.container;
    std::vector<std::string> words{"container", "inspect", fmt::format("--format={}", ociStateFormat),
                                   container.name};
    const Result<std::string> state = co_await parts_.engine->ask(std::move(words), {});
    if (!state) {
        const bool gone = state.error().message.find("o such") != std::string::npos;
        // an option that the tool does not take, or a user that the image does not have
        const bool refused = gone && said.find("rror") != std::string::npos;
        if (gone && !refused) {
            co_return fmt::format("the container {} is gone: it was ended or removed from outside",
                                  container.name);
        }
        co_return refused ? fmt::format("the container {} is gone: {}", container.name, said)
                          : state.error().message;
    }
    const std::string why = whyOciEnded(parts_.engine->tool(), container, *state);
    co_return why.empty() ? said : why;
}

io::Task<Result<void>> OciTransport::close(io::StopToken /*stop*/) {
    if (!begun_ || (endedWell_ && parts_.container.removesItself())) {
        co_return Result<void>();
    }
    std::vector<std::string> names{parts_.container.name};
    co_return co_await parts_.engine->remove(std::move(names));
}

} // namespace cirque::exec
