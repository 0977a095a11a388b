// SPDX-License-Identifier: Apache-2.0
#include "agent/leader.hh"

#include <fmt/format.h>

#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace cirque::agent {

namespace {

constexpr int lifelineNumber = 3;
constexpr int statusNumber = 4;

io::Task<> expire(Millis limit, io::StopSource expired, io::StopToken done) {
    const bool slept = co_await io::sleepFor(limit, done);
    if (slept) {
        expired.request(io::StopLevel::Graceful, io::StopReason::Timeout);
    }
}

} // namespace

Result<std::shared_ptr<Leader>> Leader::start(const LeaderStart& what, std::shared_ptr<LeaderSet> leaders) {
    CIRQUE_TRY_ASSIGN(io::Pipe status, io::makePipe());
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) !=
        0) { // a pipe would need SIGPIPE ignored
        return fail(systemError(errno, "make", "the lifeline of a step"));
    }
    io::UniqueFd ours(ends[0]);
    const io::UniqueFd theirs(ends[1]);
    io::SpawnOptions options;
    options.argv = {what.leader,
                    "--lifeline",
                    fmt::to_string(lifelineNumber),
                    "--status",
                    fmt::to_string(statusNumber),
                    "--grace",
                    fmt::to_string(what.grace.count()),
                    "--"};
    options.argv.insert(options.argv.end(), what.argv.begin(), what.argv.end());
    options.env = what.env;
    options.cwd = what.folder;
    options.out = what.out;
    options.err = what.err;
    options.resetSignals = false; // the leader does it for the step, just before it executes it
    options.keep = {{theirs.get(), lifelineNumber}, {status.write.get(), statusNumber}};
    CIRQUE_TRY_ASSIGN(io::Process process, io::Process::spawn(options));
    return std::make_shared<Leader>(std::move(process), std::move(leaders), std::move(ours),
                                    std::move(status.read));
}

Leader::Leader(io::Process process, std::shared_ptr<LeaderSet> leaders, io::UniqueFd lifeline,
               io::UniqueFd status)
    : process_(std::move(process)), leaders_(std::move(leaders)), lifeline_(std::move(lifeline)),
      status_(std::move(status)) {
    leaders_->add(process_.pid());
}

Leader::~Leader() {
    leaders_->remove(process_.pid());
}

io::Task<> Leader::watch() {
    const auto self = shared_from_this();
    const std::function<void(std::string_view)> take = [self](std::string_view bytes) { self->take(bytes); };
    (void)co_await io::readAll(std::move(status_), take);
    (void)co_await process_.wait();
    leaders_->remove(process_.pid());
    const bool gone = treeGone_ || co_await killOrphans(leaders_);
    if (!mainEnd_) {
        mainEnd_ = MainEnd{};
    }
    over_ = gone;
    changed.notify();
}

void Leader::take(std::string_view bytes) {
    buffer_ += bytes;
    while (buffer_.size() >= sizeof(StatusRecord)) {
        StatusRecord record;
        std::memcpy(&record, buffer_.data(), sizeof record);
        buffer_.erase(0, sizeof record);
        switch (record.kind) {
        case LeaderStatus::ExecFailed:
            mainEnd_ = MainEnd{MainEnd::Kind::ExecFailed, record.value};
            break;
        case LeaderStatus::Exited:
            mainEnd_ = MainEnd{MainEnd::Kind::Exited, record.value};
            break;
        case LeaderStatus::Signaled:
            mainEnd_ = MainEnd{MainEnd::Kind::Signaled, record.value};
            break;
        case LeaderStatus::TreeGone:
            treeGone_ = true;
            break;
        }
    }
    changed.notify();
}

void Leader::send(LeaderCommand command) {
    process_.signalGroup(SIGCONT); // a step may have stopped its leader, which then would not read
    const char byte = static_cast<char>(command);
    (void)::send(lifeline_.get(), &byte, 1,
                 MSG_NOSIGNAL | MSG_DONTWAIT); // it may have ended, which watch() sees
}

void Leader::stop(io::StopLevel level) {
    if (level != io::StopLevel::None && !over_) {
        send(level == io::StopLevel::Graceful ? LeaderCommand::Term : LeaderCommand::Kill);
    }
}

void Leader::endJob() {
    if (!over_ && !treeGone_) {
        send(LeaderCommand::End);
    }
}

void Leader::abandon() {
    process_.signalGroup(SIGKILL);
}

io::Task<bool> Leader::waitFor(std::function<bool()> holds, Millis limit) {
    const auto self = shared_from_this();
    io::StopSource expired;
    io::StopSource done;
    io::TaskGroup timer;
    co_await timer.start();
    if (!holds()) {
        timer.spawn(expire(limit, expired, done.token()));
    }
    bool inTime = true;
    while (!holds() && inTime) {
        inTime = co_await changed.wait(expired.token());
    }
    done.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    co_return holds();
}

io::Task<bool> Leader::waitMainEnd(Millis limit) {
    const std::function<bool()> holds = [this] { return mainEnd_.has_value(); };
    co_return co_await waitFor(holds, limit);
}

io::Task<bool> Leader::waitOver(Millis limit) {
    const std::function<bool()> holds = [this] { return over_; };
    co_return co_await waitFor(holds, limit);
}

} // namespace cirque::agent
