// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/ssh-executor.hh"

#include "base/json.hh"
#include "exec/remote/agent-site.hh"
#include "exec/remote/handle.hh"
#include "exec/remote/sent-files.hh"
#include "exec/ssh/hosts.hh"
#include "exec/ssh/ssh-transport.hh"

#include <fmt/format.h>

namespace cirque::exec {

SshExecutor::SshExecutor(AgentWorld world)
    : world_(std::move(world)), names_(std::make_shared<workspace::JobFolderNames>()),
      hosts_(std::make_shared<SshHosts>(SshWorld{world_.run.text(), world_.privateFolder, world_.agent,
                                                 world_.leader, world_.system, world_.environment,
                                                 world_.keep})),
      start_(std::make_shared<StartTree>(world_.workRoot + "/ssh", world_.environment, world_.workspaces)) {}

std::string SshExecutor::handle(const Place& place) const {
    JsonObject json;
    json["name"] = names_->take(place.job->name);
    JsonArray hosts;
    if (const auto targets = parseSshOptions(place.job->executor.options)) {
        for (const SshTarget& target : *targets) {
            hosts.emplace_back(target.host);
        }
    }
    json["hosts"] = std::move(hosts);
    return toLine(json);
}

io::Task<Result<std::unique_ptr<JobSite>>> SshExecutor::open(Place place, std::string handle) {
    CIRQUE_CO_TRY_ASSIGN(const std::string name, textOfHandle(handle, "name"));
    CIRQUE_CO_TRY_ASSIGN(std::vector<SshTarget> targets, parseSshOptions(place.job->executor.options));
    const auto sent = std::make_shared<SentPlace>();
    SentFilesOptions files{sent, place.job, start_};
    SshJob job{name, std::move(targets), place, sent, world_.keep};
    AgentSiteParts parts = sitePartsOf(world_, std::move(place), name, names_);
    parts.name = fmt::format("{}-{}", world_.run.text(), name); // other runs use the host too
    parts.files = std::make_unique<SentFiles>(std::move(files), world_.artifacts);
    parts.transport = std::make_unique<SshTransport>(std::move(job), hosts_, world_.closures);
    co_return makeAgentSite(std::move(parts));
}

io::Task<Result<void>> SshExecutor::check(std::shared_ptr<const plan::Job> job, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(std::vector<SshTarget> targets, parseSshOptions(job->executor.options));
    const Result<std::shared_ptr<SshHost>> host =
        co_await hosts_->pick(std::move(targets), nullptr, std::move(stop));
    if (!host && host.error().code == ErrorCode::MissingTool) {
        co_return fail(ErrorCode::MissingTool, "ssh is not on PATH",
                       "install the OpenSSH client (Debian: openssh-client)");
    }
    CIRQUE_CO_TRY(host);
    --(*host)->openJobs;
    co_return Result<void>();
}

io::Task<Result<void>> SshExecutor::close() {
    const std::vector<std::string> problems = co_await hosts_->close();
    if (!problems.empty()) {
        co_return fail(ErrorCode::Io, problems.front());
    }
    co_return Result<void>();
}

} // namespace cirque::exec
