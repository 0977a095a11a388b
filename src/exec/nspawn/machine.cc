// SPDX-License-Identifier: Apache-2.0
#include "exec/nspawn/machine.hh"

#include "base/text.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <vector>

namespace cirque::exec {

namespace {

constexpr std::size_t keptConsoleBytes = 32U << 10U;
constexpr Millis pollPause{25};
constexpr Millis shutdownPatience{10000};
constexpr Millis killPatience{5000};

std::vector<pid_t> childrenOf(pid_t pid) {
    std::vector<pid_t> found;
    const auto text = io::readFile(fmt::format("/proc/{0}/task/{0}/children", pid));
    for (const std::string_view word : text ? split(*text, ' ') : std::vector<std::string_view>()) {
        pid_t child = 0;
        if (std::from_chars(word.data(), word.data() + word.size(), child).ec == std::errc()) {
            found.push_back(child);
        }
    }
    return found;
}

// Its number in each process namespace that it is in, outermost first; proc(5), NSpid.
std::vector<std::string> namespacedPids(pid_t pid) {
    const auto status = io::readFile(fmt::format("/proc/{}/status", pid));
    const std::size_t at = status ? status->find("\nNSpid:") : std::string::npos;
    std::vector<std::string> found;
    if (at != std::string::npos) {
        const std::string_view line = std::string_view(*status).substr(at + 1);
        for (const std::string_view word : split(line.substr(0, line.find('\n')), '\t')) {
            found.emplace_back(word);
        }
        found.erase(found.begin());
    }
    return found;
}

// systemd-nspawn's children are one that sets the machine up, and the machine's first process.
pid_t leaderOf(pid_t nspawn) {
    const std::size_t depth = namespacedPids(nspawn).size();
    for (const pid_t child : childrenOf(nspawn)) {
        const std::vector<std::string> pids = namespacedPids(child);
        if (pids.size() > depth && pids.back() == "1") {
            return child;
        }
    }
    return -1;
}

} // namespace

BootedMachine::~BootedMachine() = default;

io::Task<Result<std::unique_ptr<BootedMachine>>> BootedMachine::start(NspawnSpec spec) {
    CIRQUE_CO_TRY_ASSIGN(io::Pipe console, io::makePipe());
    io::SpawnOptions options;
    options.argv = nspawnCommand(spec);
    options.env = nspawnEnvironment(spec);
    options.out = console.write.get();
    options.err = console.write.get();
    CIRQUE_CO_TRY_ASSIGN(io::Process process, io::Process::spawn(options));
    console.write.reset();
    std::unique_ptr<BootedMachine> machine(new BootedMachine(std::move(process), std::move(spec)));
    co_await machine->group_.start();
    machine->group_.spawn(machine->listen(std::move(console.read)));
    machine->group_.spawn(machine->watch());
    co_return machine;
}

io::Task<> BootedMachine::listen(io::UniqueFd from) {
    const std::function<void(std::string_view)> take = [this](std::string_view bytes) {
        console_ += bytes;
        if (console_.size() > 2 * keptConsoleBytes) {
            console_.erase(0, console_.size() - keptConsoleBytes);
        }
    };
    (void)co_await io::readAll(std::move(from), take, listening_.token()); // for messages only
}

io::Task<> BootedMachine::watch() {
    ended_ = co_await process_.wait();
    changed_.notify();
}

// What its systemd says, one word; empty: there is no machine yet.
io::Task<std::string> BootedMachine::state(io::StopToken stop) {
    if (leader_ < 0) {
        const std::vector<pid_t> children = childrenOf(process_.pid());
        nspawn_ = children.empty() ? -1 : children.front();
        leader_ = nspawn_ > 0 ? leaderOf(nspawn_) : -1;
    }
    if (leader_ < 0) {
        co_return std::string();
    }
    io::SpawnOptions options;
    options.argv = enterCommand(leader_, {"systemctl", "is-system-running"});
    options.argv.insert(options.argv.begin(), {"timeout", "10"});
    options.env = insideEnvironment();
    const auto asked = co_await io::capture(std::move(options), {}, std::move(stop));
    co_return asked ? std::string(trim(asked->out)) : std::string();
}

std::string BootedMachine::howItEnded() const {
    if (!ended_) {
        return {};
    }
    if (ended_->signal != 0) {
        return fmt::format("systemd-nspawn of the machine {} was killed by signal {}", spec_.machine,
                           ended_->signal);
    }
    return fmt::format("systemd-nspawn of the machine {} ended with status {}", spec_.machine, ended_->exit);
}

std::string BootedMachine::problem(const std::string& state) const {
    if (ended_) {
        return howItEnded();
    }
    return state == "maintenance" || state == "stopping"
               ? fmt::format("its systemd says '{}'", state)
               : fmt::format("its systemd was not up in time; it last said '{}'", state);
}

io::Task<Result<void>> BootedMachine::awaitUp(Millis patience, std::shared_ptr<OutputSink> log,
                                              io::StopToken stop) {
    const auto late = std::chrono::steady_clock::now() + patience;
    std::string said;
    while (!ended_ && std::chrono::steady_clock::now() < late) {
        said = co_await state(stop);
        if (said == "running") {
            co_return Result<void>();
        }
        if (said == "degraded") {
            co_return log->write(
                "cirque: warning: units of the machine failed to start; 'systemctl --failed' "
                "in a step lists them\n",
                false);
        }
        if (said == "maintenance" || said == "stopping") {
            break;
        }
        if (!co_await io::sleepFor(pollPause, stop)) {
            co_return fail(ErrorCode::Process, "the boot of the machine was stopped");
        }
    }
    CIRQUE_CO_TRY(log->write(fmt::format("cirque: the machine did not boot; its console says:\n{}\n",
                                         trim(keepOnlyColours(console_))),
                             false));
    co_return fail(ErrorCode::Process, fmt::format("the machine did not boot: {}", problem(said)),
                   "the job's log has what its console said");
}

io::Task<Result<void>> BootedMachine::startAgent(io::StopToken stop) {
    io::SpawnOptions options;
    options.argv = enterCommand(leader_, serviceCommand());
    options.argv.insert(options.argv.begin(), {"timeout", "30"});
    options.env = insideEnvironment();
    CIRQUE_CO_TRY_ASSIGN(const io::Captured said,
                         co_await io::capture(std::move(options), {}, std::move(stop)));
    if (!said.status.ok()) {
        co_return fail(ErrorCode::Process,
                       fmt::format("the systemd of the machine {} does not start the agent: {}",
                                   spec_.machine, trim(keepOnlyColours(said.err))),
                       "'systemd-run true' must work in it");
    }
    co_return Result<void>();
}

io::Task<bool> BootedMachine::endedWithin(Millis patience) {
    io::StopSource late;
    io::StopSource done;
    io::TaskGroup timer;
    co_await timer.start();
    const auto raise = [&late, patience](io::StopToken stop) -> io::Task<> {
        if (co_await io::sleepFor(patience, std::move(stop))) {
            late.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        }
    };
    timer.spawn(raise(done.token()));
    while (!ended_ && co_await changed_.wait(late.token())) {
    }
    done.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    co_return ended_.has_value();
}

io::Task<> BootedMachine::end(bool orderly) {
    if (!ended_ && orderly && leader_ > 0) {
        (void)::kill(leader_,
                     SIGRTMIN + 4); // systemd(1): power off; the kill below is for who does not hear it
        (void)co_await endedWithin(shutdownPatience);
    }
    if (!ended_) {
        const std::vector<pid_t> children = childrenOf(process_.pid());
        // by its parent's end all processes of the machine are reaped
        for (const pid_t child : children) {
            (void)::kill(child, SIGKILL);
        }
        if (children.empty()) {
            process_.signalGroup(SIGKILL);
        }
    }
    if (!co_await endedWithin(killPatience)) {
        process_.signalGroup(SIGKILL);
    }
    listening_.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await group_.join();
}

} // namespace cirque::exec
