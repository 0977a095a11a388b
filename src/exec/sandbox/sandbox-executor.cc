// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/sandbox-executor.hh"

#include "base/json.hh"
#include "exec/remote/agent-site.hh"
#include "exec/remote/handle.hh"
#include "exec/remote/shared-files.hh"
#include "exec/sandbox/bwrap.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

class SandboxTransport : public Transport {
  public:
    explicit SandboxTransport(SandboxSpec spec) : spec_(std::move(spec)) {}

    io::Task<Result<AgentPlace>> open(std::shared_ptr<OutputSink> /*log*/, io::StopToken /*stop*/) override {
        AgentPlace place;
        place.agent.argv = bwrapCommand(spec_);
        place.agent.env = spec_.environment;
        place.leader = std::string(sandboxLeader);
        place.jobFolder = sandboxJobFolder(spec_.name);
        place.toolsFolder = std::string(sandboxTools);
        place.privateRoots = {std::string(sandboxPrivate)};
        co_return place;
    }

    // The sandbox ends with its first process, which is the agent's.
    io::Task<Result<void>> close(io::StopToken /*stop*/) override { co_return Result<void>(); }

  private:
    SandboxSpec spec_;
};

} // namespace

SandboxExecutor::SandboxExecutor(AgentWorld world)
    : world_(std::move(world)), names_(std::make_shared<workspace::JobFolderNames>()) {}

std::string SandboxExecutor::handle(const Place& place) const {
    JsonObject json;
    json["folder"] = fmt::format("{}/sandbox/jobs/{}", world_.workRoot, names_->take(place.job->name));
    return toLine(json);
}

io::Task<Result<std::unique_ptr<JobSite>>> SandboxExecutor::open(Place place, std::string handle) {
    CIRQUE_CO_TRY_ASSIGN(const std::string folder, folderOfHandle(handle));
    const std::string name = folder.substr(folder.rfind('/') + 1);
    SandboxSpec spec;
    spec.name = name;
    spec.folder = folder;
    spec.agent = world_.agent;
    spec.leader = world_.leader;
    spec.hostPath = world_.hostPath;
    spec.environment = world_.environment;
    SharedFilesOptions files{folder, world_.keep, place.job};
    AgentSiteParts parts;
    parts.place = std::move(place);
    parts.name = name;
    parts.grace = world_.grace;
    parts.files = std::make_unique<SharedFiles>(std::move(files), world_.workspaces, world_.artifacts);
    parts.transport = std::make_unique<SandboxTransport>(std::move(spec));
    parts.released = [names = names_, name] { names->release(name); };
    std::unique_ptr<JobSite> site = std::make_unique<AgentSite>(std::move(parts));
    co_return site;
}

} // namespace cirque::exec
