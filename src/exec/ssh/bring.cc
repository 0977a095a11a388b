// SPDX-License-Identifier: Apache-2.0
// The store paths of a job, brought to a host.
#include "agent/protocol/messages.hh"
#include "base/text.hh"
#include "exec/remote/connection.hh"
#include "exec/ssh/command.hh"
#include "exec/ssh/ssh-transport.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::exec {

namespace {

// Of all hosts' jobs only one at a time looks what its host lacks, so that none sends what another is
// sending.
class Turn {
  public:
    explicit Turn(std::shared_ptr<SshHost> host) : host_(std::move(host)) { host_->bringing = true; }

    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    ~Turn() {
        host_->bringing = false;
        host_->brought.notify();
    }

  private:
    std::shared_ptr<SshHost> host_;
};

Error noStore(const std::string& host, std::size_t paths) {
    return Error{ErrorCode::Unsupported,
                 fmt::format("the job needs {} store paths, and {} has neither Nix nor a /nix/store that its "
                             "user may write to",
                             paths, host),
                 "install Nix there, make /nix/store writable, or use the tools of the host: steps without "
                 "packages need no store",
                 {}};
}

} // namespace

std::string SshTransport::storeUri() const {
    return fmt::format("ssh://{}?remote-program={}", host_->target().host, host_->facts().nixStore);
}

// A name that no other path has had or will have there, even when its removal failed.
std::string SshTransport::halfMade() {
    const std::string& folder = host_->facts().folder; // its last part is this connection's alone
    return fmt::format("/nix/store/.cirque-{}-{}", folder.substr(folder.rfind('/') + 1), ++host_->sent);
}

io::Task<Result<void>> SshTransport::bring(std::shared_ptr<AgentConnection> agent, TryRef ref,
                                           std::shared_ptr<OutputSink> log, io::StopToken stop) {
    const std::shared_ptr<const plan::Plan> plan = job_.place.plan;
    CIRQUE_CO_TRY_ASSIGN(StoreClosure closure, co_await closures_.of(plan, job_.place.job, stop));
    const auto isThere = [this](const StorePath& one) { return host_->paths.contains(one.path); };
    if (std::ranges::all_of(closure.paths, isThere)) {
        co_return Result<void>();
    }
    while (host_->bringing) {
        const bool go = co_await host_->brought.wait(stop);
        if (!go) {
            co_return fail(ErrorCode::Process, "copying the job's store paths was stopped");
        }
    }
    const Turn turn(host_);
    std::vector<std::string> names;
    for (const StorePath& one : closure.paths) {
        names.push_back(one.path);
    }
    Result<void> done;
    if (!host_->facts().nixStore.empty()) {
        done = co_await copyClosure(std::move(closure), std::move(ref), std::move(log), std::move(stop));
    } else {
        done = co_await sendClosure(std::move(closure), std::move(agent), std::move(ref), std::move(log),
                                    std::move(stop));
    }
    CIRQUE_CO_TRY(done);
    host_->paths.insert(names.begin(), names.end());
    co_return Result<void>();
}

io::Task<Result<void>> SshTransport::copyClosure(StoreClosure closure, TryRef ref,
                                                 std::shared_ptr<OutputSink> log, io::StopToken stop) {
    StoreTarget target;
    target.place = host_->target().host;
    target.uri = storeUri();
    // the connection is there: nothing else has to be said about how to get in
    target.sshOptions = fmt::format("-S {} -o ControlMaster=no -o BatchMode=yes", host_->socket());
    std::vector<std::string> roots = closure.roots;
    CIRQUE_CO_TRY(co_await closures_.copyTo(std::move(target), std::move(closure), std::move(ref),
                                            std::move(log), stop));
    co_return co_await keepClosure(std::move(roots), std::move(stop));
}

// A garbage collection over there leaves them alone while the run's folder is there.
io::Task<Result<void>> SshTransport::keepClosure(std::vector<std::string> roots, io::StopToken stop) {
    const HostFacts& facts = host_->facts();
    std::vector<std::string> arguments{facts.nixStore,
                                       fmt::format("{}/roots/{}-{}", facts.folder, job_.name, ++kept_)};
    arguments.insert(arguments.end(), roots.begin(), roots.end());
    const std::string command = inPosixShell(
        "nix=$1; at=$2; shift 2; umask 077; mkdir -p \"$at\" && exec \"$nix\" --realise \"$@\" --option "
        "substitute false --add-root \"$at/closure\" --indirect",
        arguments);
    const Result<std::string> kept = co_await host_->run(command, {}, "keep the job's store paths", stop);
    if (!kept) {
        closures_.forget(storeUri());
    }
    CIRQUE_CO_TRY(kept);
    co_return Result<void>();
}

io::Task<Result<std::vector<StorePath>>> SshTransport::lacking(StoreClosure closure, io::StopToken stop) {
    std::string names;
    for (const StorePath& one : closure.paths) {
        names += one.path + "\n";
    }
    const std::string command = inPosixShell("umask 022; mkdir -p /nix/store && while read -r path; do [ -e "
                                             "\"$path\" ] || [ -L \"$path\" ] || echo \"lacks $path\"; done",
                                             {});
    const Result<std::string> said = co_await host_->run(command, names, "look into /nix/store", stop);
    CIRQUE_CO_TRY(said);
    std::set<std::string_view> absent;
    for (const std::string_view line : split(*said, '\n')) {
        if (line.starts_with("lacks ")) { // a login shell may say other things
            absent.insert(line.substr(std::string_view("lacks ").size()));
        }
    }
    std::erase_if(closure.paths, [&absent](const StorePath& one) { return !absent.contains(one.path); });
    co_return std::move(closure.paths);
}

// A place without Nix: its store is a folder of files. Each path comes after what it refers to, and whole.
io::Task<Result<void>> SshTransport::sendClosure(StoreClosure closure, std::shared_ptr<AgentConnection> agent,
                                                 TryRef ref, std::shared_ptr<OutputSink> log,
                                                 io::StopToken stop) {
    if (!host_->facts().storeWritable) {
        co_return fail(noStore(host_->target().host, closure.paths.size()));
    }
    CIRQUE_CO_TRY_ASSIGN(const std::vector<StorePath> paths, co_await lacking(std::move(closure), stop));
    HandOver progress;
    progress.allPaths = static_cast<std::int64_t>(paths.size());
    for (const StorePath& one : paths) {
        progress.allBytes += one.bytes;
    }
    for (const StorePath& one : paths) {
        const std::size_t slash = one.physical.rfind('/');
        const std::string name = one.path.substr(one.path.rfind('/') + 1);
        progress.current = "copying " + name.substr(std::min<std::size_t>(name.find('-') + 1, name.size()));
        closures_.tell(ref, progress, false);
        const agent::PutTree put{halfMade(), name};
        const Result<std::string> done =
            co_await agent->callWithTree(toBytes(put), one.physical.substr(0, slash), name, stop);
        const Result<void> sent = done ? agent::parseDone(*done) : Result<void>(fail(done.error()));
        if (!sent) {
            Error error = sent.error();
            if (error.code == ErrorCode::DiskFull) {
                error.hint = fmt::format("make room in /nix/store on {}", host_->target().host);
            }
            co_return fail(std::move(error).within(fmt::format("while copying {}", one.path)));
        }
        ++progress.paths;
        progress.bytes += one.bytes;
    }
    progress.current.clear();
    closures_.tell(ref, progress, true);
    if (paths.empty()) {
        co_return Result<void>();
    }
    co_return log->write(fmt::format("cirque: copied {} store paths, {} bytes, to {}\n", progress.paths,
                                     progress.bytes, host_->target().host),
                         false);
}

} // namespace cirque::exec
