// SPDX-License-Identifier: Apache-2.0
// The run machine's timers and every way a run or a job is cut short.
#include "base/assert.hh"
#include "engine/run-machine.hh"

#include <fmt/format.h>

#include <csignal>
#include <utility>
#include <vector>

namespace cirque::engine {
namespace {

std::string reasonFor(int signal) {
    switch (signal) {
    case 0:
        return "cancelled";
    case SIGINT:
        return "SIGINT";
    case SIGTERM:
        return "SIGTERM";
    case SIGHUP:
        return "SIGHUP";
    default:
        return fmt::format("signal {}", signal);
    }
}

} // namespace

void RunMachine::setTimer(TimerId timer, Millis delay) {
    timers_[timer] = true;
    commands_.emplace_back(SetTimer{timer, delay});
}

void RunMachine::cancelTimer(TimerId timer) {
    if (timers_.erase(timer) > 0) {
        commands_.emplace_back(CancelTimer{timer});
    }
}

void RunMachine::timerFired(TimerId timer) {
    if (timers_.erase(timer) == 0) {
        return;
    }
    switch (timer.kind) {
    case TimerId::Kind::JobRetry:
        queue(timer.job);
        break;
    case TimerId::Kind::JobDeadline:
        jobDeadline(timer.job);
        break;
    case TimerId::Kind::JobCleanup:
        commands_.emplace_back(StopAttempt{
            timer.job, true, state(timer.job).cancelled ? StopWhy::Cancelled : StopWhy::Deadline});
        break;
    case TimerId::Kind::RunDeadline:
        if (!cancelled_) {
            deadlineHit_ = true;
            beginCancel("deadline");
        }
        break;
    case TimerId::Kind::RunCleanup:
        endAtOnce("cleanup budget");
        break;
    }
    settle();
}

void RunMachine::cancel(int signal) {
    if (finished_) {
        return;
    }
    const bool first = !cancelled_ || signal_ == 0;
    signal_ = signal_ == 0 ? signal : signal_;
    if (!cancelled_) {
        beginCancel(reasonFor(signal));
    } else if (!first || signal == 0) {
        endAtOnce(reasonFor(signal));
    } else {
        // the run already cleans up after fail-fast or its deadline; the first signal only says why it ends
        emit(event::CancelRequested{reasonFor(signal), false});
    }
    settle();
}

// One budget for all reasons to stop: a second one does not give the cleanup more time.
void RunMachine::beginCleanup(int job) {
    const TimerId budget{TimerId::Kind::JobCleanup, job};
    if (!timers_.contains(budget)) {
        setTimer(budget, settings_.cleanupBudget);
    }
}

bool RunMachine::cancelJob(std::string_view name) {
    const int job = finished_ ? -1 : find(name);
    if (job < 0 || state(job).phase == Phase::Done) {
        return false;
    }
    emit(event::CancelRequested{"request", state(job).cancelled, std::string(name)});
    const bool cancelled = cancelOne(job);
    settle();
    return cancelled;
}

bool RunMachine::cancelOne(int job) {
    JobState& self = state(job);
    const bool again = std::exchange(self.cancelled, true);
    switch (self.phase) {
    case Phase::Running:
        commands_.emplace_back(StopAttempt{job, again, StopWhy::Cancelled});
        if (!again) {
            beginCleanup(job);
        }
        break;
    case Phase::RetryWait:
        cancelTimer({TimerId::Kind::JobRetry, job});
        complete(job, Outcome::cancelled());
        break;
    case Phase::Queued:
        withdraw(job, Outcome::cancelled());
        break;
    case Phase::Waiting:
        complete(job, Outcome::cancelled());
        break;
    case Phase::Expanded:
        for (const int member : std::vector<int>(self.members)) {
            cancelOne(member);
        }
        break;
    case Phase::Done:
        return false;
    }
    return true;
}

void RunMachine::abort(Outcome why) {
    if (finished_ || broken_) {
        return;
    }
    broken_ = std::move(why);
    endAtOnce("the run cannot go on");
    settle();
}

// Stops what runs and drops what waits for a slot, but for the jobs that clean up. What still waits for its
// needs is decided when they end, so that a cleanup job never starts beside the jobs it cleans up after.
void RunMachine::beginCancel(std::string reason) {
    cancelled_ = true;
    emit(event::CancelRequested{std::move(reason), false});
    commands_.emplace_back(NoMoreJobs{});
    cancelTimer({TimerId::Kind::RunDeadline});
    setTimer({TimerId::Kind::RunCleanup}, settings_.cleanupBudget);
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        stopJob(static_cast<int>(i), false);
    }
}

void RunMachine::endAtOnce(const std::string& reason) {
    if (immediate_) {
        return;
    }
    if (!cancelled_) {
        cancelTimer({TimerId::Kind::RunDeadline});
        commands_.emplace_back(NoMoreJobs{});
    }
    cancelled_ = true;
    immediate_ = true;
    emit(event::CancelRequested{reason, true});
    cancelTimer({TimerId::Kind::RunCleanup});
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        stopJob(static_cast<int>(i), true);
    }
}

void RunMachine::stopJob(int job, bool immediate) {
    JobState& self = state(job);
    switch (self.phase) {
    case Phase::Running:
        commands_.emplace_back(StopAttempt{job, immediate, StopWhy::Cancelled});
        break;
    case Phase::RetryWait:
        cancelTimer({TimerId::Kind::JobRetry, job});
        complete(job, Outcome::cancelled());
        break;
    case Phase::Queued:
        if (self.attempt > 0) {
            withdraw(job, Outcome::cancelled());
        } else if (!decide(self, true, immediate).run) {
            withdraw(job, Outcome::skipped(SkipReason::Cancelled));
        }
        break;
    case Phase::Waiting:
        if (immediate) {
            complete(job, Outcome::skipped(SkipReason::Cancelled));
        }
        break;
    case Phase::Expanded:
    case Phase::Done:
        break;
    }
}

void RunMachine::withdraw(int job, Outcome outcome) {
    commands_.emplace_back(WithdrawSlot{job});
    complete(job, std::move(outcome));
}

// The job's deadline limits all its attempts together, the waits between them included.
void RunMachine::jobDeadline(int job) {
    JobState& self = state(job);
    self.deadlineHit = true;
    switch (self.phase) {
    case Phase::Running:
        commands_.emplace_back(StopAttempt{job, false, StopWhy::Deadline});
        beginCleanup(job);
        break;
    case Phase::RetryWait:
        cancelTimer({TimerId::Kind::JobRetry, job});
        complete(job, deadlineOutcome(*self.job));
        break;
    case Phase::Queued:
        withdraw(job, deadlineOutcome(*self.job));
        break;
    case Phase::Waiting:
    case Phase::Expanded:
    case Phase::Done:
        CIRQUE_ASSERT(false, "a deadline runs only between the first attempt and the end");
        break;
    }
}

} // namespace cirque::engine
