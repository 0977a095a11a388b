// SPDX-License-Identifier: Apache-2.0
// Words the pure machines share: what the run machine asks for, and how a stop is told. No I/O, no clock.
#pragma once

#include "base/outcome.hh"
#include "base/time.hh"
#include "engine/api/jobs.hh"
#include "event/types/event.hh"
#include "plan/types.hh"

#include <compare>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cirque::engine {

// Why an attempt is told to stop: the run is cancelled, or the job's own deadline passed.
enum class StopWhy { Cancelled, Deadline };

struct Verdict {
    Outcome outcome;
    int exitStatus = 0;
};

// Failed, by the job's own deadline.
Outcome deadlineOutcome(const plan::Job& job);

struct TimerId {
    enum class Kind { JobRetry, JobDeadline, JobCleanup, RunDeadline, RunCleanup };
    Kind kind = Kind::RunDeadline;
    int job = -1;
    auto operator<=>(const TimerId&) const = default;
};

// What the run machine asks its performer to do, in this order. Jobs are named by their index in the machine.
struct AskSlot {
    int job = -1;
};

struct WithdrawSlot { // it asked, and no longer waits
    int job = -1;
};

struct ReleaseSlot {
    int job = -1;
};

struct StartAttempt {
    int job = -1;
    int attempt = 1;
};

struct StopAttempt {
    int job = -1;
    bool immediate = false;
    StopWhy why = StopWhy::Cancelled;
};

struct SetTimer {
    TimerId timer;
    Millis delay{0};
};

struct CancelTimer {
    TimerId timer;
};

struct Emit {
    event::Body body;
};

struct NoMoreJobs {}; // the run is being cancelled: whoever finds more jobs may stop

struct Finished {
    Verdict verdict;
};

using Command = std::variant<AskSlot, WithdrawSlot, ReleaseSlot, StartAttempt, StopAttempt, SetTimer,
                             CancelTimer, Emit, NoMoreJobs, Finished>;

} // namespace cirque::engine
