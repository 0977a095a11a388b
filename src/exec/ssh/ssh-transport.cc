// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/ssh-transport.hh"

#include "exec/ssh/command.hh"
#include "exec/ssh/keeper.hh"

#include <fmt/format.h>

namespace cirque::exec {

io::Task<Result<AgentPlace>> SshTransport::open(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(host_, co_await hosts_->pick(job_.targets, log, stop));
    if (job_.targets.size() > 1) {
        CIRQUE_CO_TRY(log->write(fmt::format("cirque: on {}\n", host_->target().host), false));
    }
    const HostFacts& facts = host_->facts();
    AgentPlace place;
    place.agent = host_->session(inPosixShell("exec \"$1\"", {facts.folder + "/cirque-agent"}));
    place.leader = facts.folder + "/cirque-leader";
    place.jobFolder = fmt::format("{}/jobs/{}", facts.folder, job_.name);
    place.toolsFolder = fmt::format("{}/tools/{}", facts.folder, job_.name);
    place.transfersFolder = fmt::format("{}/transfers/{}", facts.folder, job_.name);
    place.removeFolder = !job_.keep;
    place.privateRoots = facts.privateRoots;
    job_.sent->jobFolder = place.jobFolder;
    folders_ = {place.jobFolder, place.toolsFolder, place.transfersFolder};
    if (job_.keep) {
        CIRQUE_CO_TRY(
            log->write(fmt::format("cirque: kept: {}:{}\n", host_->target().host, place.jobFolder), false));
    }
    co_return place;
}

io::Task<std::string> SshTransport::whyLost(std::string said) {
    if (host_) {
        ++host_->troubles;
        const std::string why = host_->whyEnded();
        if (!why.empty()) {
            co_return why;
        }
    }
    co_return said;
}

io::Task<Result<void>> SshTransport::close(io::StopToken stop) {
    if (!host_) {
        co_return Result<void>();
    }
    --host_->openJobs;
    const std::shared_ptr<SshHost> host = std::move(host_);
    if (!host->connected()) {
        co_return fail(ErrorCode::Unreachable, host->whyEnded()); // the keeper removes it
    }
    if (jobClosed_ || folders_.empty()) {
        co_return Result<void>();
    }
    // too much for a login shell of another kind to quote
    std::string script(discardInShell);
    script += "failed=; for each; do discard \"$each\" || failed=yes; done; [ -z \"$failed\" ]\n";
    const std::string command = inPosixShell("exec sh -s -- \"$@\"", folders_);
    const Result<std::string> removed = co_await host->run(command, script, "remove the job's folder", stop);
    CIRQUE_CO_TRY(removed);
    co_return Result<void>();
}

} // namespace cirque::exec
