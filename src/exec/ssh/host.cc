// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/host.hh"

#include "base/text.hh"
#include "exec/ssh/command.hh"
#include "exec/ssh/errors.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace cirque::exec {

namespace {

constexpr std::size_t keptBytes = std::size_t{64} << 10U;

Error stoppedError(const std::string& host) {
    return Error{ErrorCode::Process, fmt::format("connecting to {} was stopped", host), {}, {}};
}

} // namespace

io::Task<Result<void>> SshHost::connect(io::StopToken stop) {
    while (connecting_) {
        const bool go = co_await changed_.wait(stop);
        if (!go) {
            co_return fail(stoppedError(target_.host));
        }
    }
    if (connected()) {
        co_return Result<void>();
    }
    connecting_ = true;
    (void)co_await end(); // what is left of the connection before
    Result<void> made = co_await establish(std::move(stop));
    if (!made) {
        (void)co_await end(); // the first failure is the one to tell
    }
    connecting_ = false;
    changed_.notify();
    co_return made;
}

io::Task<Result<void>> SshHost::establish(io::StopToken stop) {
    CIRQUE_CO_TRY(start());
    group_.emplace();
    co_await group_->start();
    group_->spawn(write());
    CIRQUE_CO_TRY(co_await awaitFacts(stop));
    group_->spawn(beat());
    const std::string there = fmt::format("{}-{}", facts_->machine, facts_->kernel == "Linux" ? "linux" : "");
    if (there != world_.system) {
        co_return fail(ErrorCode::Unsupported,
                       fmt::format("{} is a machine of another kind: {} {}, this is {}", target_.host,
                                   facts_->kernel, facts_->machine, world_.system),
                       "use a host of the same kind, or run cirque on such a machine");
    }
    CIRQUE_CO_TRY(co_await install("cirque-agent", world_.agent, stop));
    co_return co_await install("cirque-leader", world_.leader, stop);
}

Result<void> SshHost::start() {
    const int number = nextNumber_();
    socketFolder_.reset(::open(world_.sockets.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!socketFolder_) {
        return fail(systemError(errno, "open", world_.sockets));
    }
    const std::string shortFolder = fmt::format("/proc/{}/fd/{}", ::getpid(), socketFolder_.get());
    socket_ = socketPath(world_.sockets, shortFolder, number);
    CIRQUE_TRY_ASSIGN(io::Pipe in, io::makePipe());
    CIRQUE_TRY_ASSIGN(io::Pipe out, io::makePipe());
    CIRQUE_TRY_ASSIGN(io::Pipe err, io::makePipe());
    io::SpawnOptions options;
    options.argv = sshCommand(target_, socket_, SshRole::Master, "sh");
    options.env = world_.environment;
    options.in = in.read.get();
    options.out = out.write.get();
    options.err = err.write.get();
    CIRQUE_TRY_ASSIGN(io::Process process, io::Process::spawn(options));
    process_.emplace(std::move(process));
    in_.emplace(std::move(in.write));
    in_->push(keeperScript({target_.workspaceDir, fmt::format("{}.{}", world_.run, number), world_.keep}));
    outFd_ = std::move(out.read);
    errFd_ = std::move(err.read);
    readers_ = io::StopSource();
    out_.clear();
    err_.clear();
    facts_.reset();
    paths.clear();
    ended_ = false;
    return {};
}

io::Task<Result<void>> SshHost::awaitFacts(io::StopToken stop) {
    group_->spawn(listen(std::move(errFd_)));
    group_->spawn(read(std::move(outFd_)));
    static constexpr Millis patience{60000};
    io::StopSource late;
    io::StopSource answered;
    const io::StopCallback relay = stop.onStop(
        [&late](io::StopLevel) { late.request(io::StopLevel::Immediate, io::StopReason::Cancelled); });
    const auto wait = [](io::StopSource* source, io::StopToken enough) -> io::Task<> {
        if (co_await io::sleepFor(patience, std::move(enough))) {
            source->request(io::StopLevel::Immediate, io::StopReason::Timeout);
        }
    };
    io::TaskGroup timer;
    co_await timer.start();
    timer.spawn(wait(&late, answered.token()));
    bool go = true;
    while (!facts_ && !ended_ && go) {
        go = co_await changed_.wait(late.token());
    }
    answered.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    if (facts_) {
        co_return Result<void>();
    }
    if (stop.stopRequested()) {
        co_return fail(stoppedError(target_.host));
    }
    const std::optional<io::ExitStatus> status = co_await end();
    constexpr int sshItself = 255;
    if (status && status->signal == 0 && status->exit != sshItself) {
        co_return fail(failedThere(target_.host, "make the run's folder", err_));
    }
    co_return fail(unreachable(target_, err_.empty() ? "it did not answer within 60 s" : err_));
}

io::Task<> SshHost::write() {
    (void)co_await in_->serve(readers_.token()); // the reading side hears of a break
}

// The keeper ends when it hears nothing.
io::Task<> SshHost::beat() {
    while (co_await io::sleepFor(keeperBeat, readers_.token())) {
        in_->push("\n");
    }
}

io::Task<> SshHost::read(io::UniqueFd from) {
    const std::function<void(std::string_view)> take = [this](std::string_view bytes) {
        if (facts_ || out_.size() > keptBytes) {
            return;
        }
        out_ += bytes;
        facts_ = parseFacts(out_);
        if (facts_) {
            changed_.notify();
        }
    };
    (void)co_await io::readAll(std::move(from), take, readers_.token());
    constexpr Millis lastWords{200};
    if (!readers_.token().stopRequested()) {
        (void)co_await io::sleepFor(lastWords, readers_.token());
    }
    ended_ = true;
    changed_.notify();
}

io::Task<> SshHost::listen(io::UniqueFd from) {
    const std::function<void(std::string_view)> take = [this](std::string_view bytes) {
        if (err_.size() < keptBytes) {
            err_ += bytes;
        }
    };
    (void)co_await io::readAll(std::move(from), take, readers_.token()); // for messages only
}

std::string SshHost::whyEnded() const {
    return ended_ ? wordsOf(err_) : std::string();
}

io::SpawnOptions SshHost::session(std::string_view command) const {
    io::SpawnOptions options;
    options.argv = sshCommand(target_, socket_, SshRole::Session, command);
    options.env = world_.environment;
    return options;
}

io::Task<Result<std::string>> SshHost::run(std::string command, std::string input, std::string what,
                                           io::StopToken stop) {
    io::SpawnOptions options = session(command);
    const Result<io::Captured> ran = co_await io::capture(std::move(options), std::move(input), stop);
    CIRQUE_CO_TRY(ran);
    if (stop.stopRequested()) {
        co_return fail(stoppedError(target_.host));
    }
    if (!ran->status.ok()) {
        co_return fail(connected() ? failedThere(target_.host, what, ran->err)
                                   : unreachable(target_, ran->err));
    }
    co_return ran->out;
}

// No program is needed there but cat, wc and chmod. A copy of another size is none; a place where nothing may
// be executed is told at once.
io::Task<Result<void>> SshHost::install(std::string name, std::string from, io::StopToken stop) {
    const std::function<Result<std::string>()> load = [from] { return io::readFile(from); };
    Result<std::string> bytes = co_await io::offload(load);
    CIRQUE_CO_TRY(bytes);
    const std::vector<std::string> arguments{facts_->folder + "/" + name, std::to_string(bytes->size())};
    const std::string command = inPosixShell(
        "umask 077; cat > \"$1\" && [ \"$(wc -c < \"$1\")\" -eq \"$2\" ] && chmod 700 \"$1\" && "
        "{ \"$1\" --probe < /dev/null > /dev/null 2>&1; case $? in 126|127) \"$1\" --probe; exit 126 ;; "
        "esac; }",
        arguments);
    const Result<std::string> copied =
        co_await run(command, std::move(*bytes), fmt::format("make {}", arguments.front()), std::move(stop));
    CIRQUE_CO_TRY(copied);
    co_return Result<void>();
}

// Everything of ours that belongs to the connection; nothing when there is none.
io::Task<std::optional<io::ExitStatus>> SshHost::end() {
    if (!process_) {
        co_return std::nullopt;
    }
    in_->end();                         // the keeper ends, and the connection with it
    constexpr Millis keepersOwn{40000}; // it tries for 30 s
    constexpr Millis soon{1000};
    io::StopSource gone;
    io::TaskGroup timer;
    co_await timer.start();
    const Millis patience = ended_ || !facts_ ? soon : keepersOwn;
    const auto kill = [this, patience](io::StopToken over) -> io::Task<> {
        if (co_await io::sleepFor(patience, std::move(over))) {
            process_->signalGroup(SIGKILL);
        }
    };
    timer.spawn(kill(gone.token()));
    const io::ExitStatus status = co_await process_->wait();
    gone.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    readers_.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    if (group_) {
        co_await group_->join();
    }
    group_.reset();
    process_.reset();
    in_.reset();
    co_return status;
}

io::Task<Result<void>> SshHost::close() {
    const std::string folder = facts_ ? facts_->folder : std::string();
    const std::optional<io::ExitStatus> status = co_await end();
    if (status && !status->ok() && !folder.empty()) {
        co_return fail(failedThere(target_.host, fmt::format("remove {}", folder), err_));
    }
    co_return Result<void>();
}

} // namespace cirque::exec
