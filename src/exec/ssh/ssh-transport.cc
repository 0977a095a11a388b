// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/ssh-transport.hh"

#include "exec/ssh/command.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cirque::exec {

io::Task<Result<AgentPlace>> SshTransport::open(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(host_, co_await hosts_->pick(job_.targets, log, stop));
    if (job_.targets.size() > 1) {
        CIRQUE_CO_TRY(log->write(fmt::format("cirque: on {}\n", host_->target().host), false));
    }
    CIRQUE_CO_TRY(co_await bringClosure(log, std::move(stop)));
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
    if (job_.keep) {
        CIRQUE_CO_TRY(
            log->write(fmt::format("cirque: kept: {}:{}\n", host_->target().host, place.jobFolder), false));
    }
    co_return place;
}

io::Task<Result<void>> SshTransport::bringClosure(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(StoreClosure closure, co_await closures_.of(job_.place.plan, job_.place.job, stop));
    if (closure.paths.empty()) {
        co_return Result<void>();
    }
    const HostFacts& facts = host_->facts();
    if (facts.nixStore.empty()) {
        co_return fail(noStore(closure.paths.size()));
    }
    StoreTarget target;
    target.place = host_->target().host;
    target.uri = fmt::format("ssh://{}?remote-program={}", target.place, facts.nixStore);
    // the connection is there: nothing else has to be said about how to get in
    target.sshOptions = fmt::format("-S {} -o ControlMaster=no -o BatchMode=yes", host_->socket());
    std::vector<std::string> roots = closure.roots;
    TryRef ref{job_.place.job->name, job_.place.attempt, -1, 1};
    CIRQUE_CO_TRY(co_await closures_.copyTo(std::move(target), std::move(closure), std::move(ref),
                                            std::move(log), stop));
    co_return co_await keepClosure(std::move(roots), std::move(stop));
}

// A garbage collection over there leaves them alone while the run's folder is there.
io::Task<Result<void>> SshTransport::keepClosure(std::vector<std::string> roots, io::StopToken stop) {
    const HostFacts& facts = host_->facts();
    std::vector<std::string> arguments{facts.nixStore, fmt::format("{}/roots/{}", facts.folder, job_.name)};
    arguments.insert(arguments.end(), roots.begin(), roots.end());
    const std::string command = inPosixShell(
        "nix=$1; at=$2; shift 2; umask 077; mkdir -p \"$at\" && exec \"$nix\" --realise \"$@\" --option "
        "substitute false --add-root \"$at/closure\" --indirect",
        arguments);
    const Result<std::string> kept = co_await host_->run(command, {}, "keep the job's store paths", stop);
    if (!kept) {
        closures_.forget(fmt::format("ssh://{}?remote-program={}", host_->target().host, facts.nixStore));
    }
    CIRQUE_CO_TRY(kept);
    co_return Result<void>();
}

Error SshTransport::noStore(std::size_t paths) const {
    return Error{ErrorCode::Unsupported,
                 fmt::format("the job needs {} store paths, and {} has no Nix", paths, host_->target().host),
                 "install Nix there, or use the tools of the host: steps without packages need no store",
                 {}};
}

io::Task<std::string> SshTransport::whyLost(std::string said) {
    lost_ = true;
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
    if (!lost_ || !host->connected() || job_.sent->jobFolder.empty()) {
        // the agent has removed it, or the keeper does
        co_return host->connected() ? Result<void>()
                                    : Result<void>(fail(ErrorCode::Unreachable, host->whyEnded()));
    }
    const std::string command = inPosixShell(
        "rm -rf \"$1\" 2>/dev/null || { chmod -R u+rwX \"$1\"; rm -rf \"$1\"; }", {job_.sent->jobFolder});
    const Result<std::string> removed = co_await host->run(command, {}, "remove the job's folder", stop);
    CIRQUE_CO_TRY(removed);
    co_return Result<void>();
}

} // namespace cirque::exec
