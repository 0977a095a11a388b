// SPDX-License-Identifier: Apache-2.0
// One job inside the run machine, and what its condition says. What a job hands to its dependants travels as
// flags, once per edge: no walk over ancestors ever happens.
#pragma once

#include "engine/types.hh"

namespace cirque::engine {

enum class Phase {
    Waiting,   // a need has not ended
    Queued,    // asked for a slot
    Running,   // an attempt has the slot
    RetryWait, // between two attempts
    Expanded,  // a matrix whose members run
    Done,
};

struct JobState {
    JobPtr job;
    std::vector<int> needs; // those that are known; duplicates stay
    std::vector<int> dependants;
    int openNeeds = 0; // needs that have not ended, unknown names included
    Phase phase = Phase::Waiting;

    // over the needs that have ended
    bool needFailed = false;    // they or anything they need, transitively
    bool needCancelled = false; // the same
    bool needSkipped = false;   // directly

    // for the dependants, once Done
    bool failedPath = false;
    bool cancelledPath = false;

    int attempt = 0; // started so far
    bool deadlineHit = false;
    bool cancelled = false; // by name, not with the whole run
    int parent = -1;        // the matrix that made it
    std::vector<int> members;
    int openMembers = 0;
    Outcome outcome;
    bool tolerated = false;
    NamedValues results;
};

struct Decision {
    bool run = false;
    SkipReason reason = SkipReason::None; // when it does not run
};

// What a job's status function says now that all its needs have ended. `cancelled`: the run is being
// cancelled; `immediate`: nothing may start any more.
Decision decide(const JobState& state, bool cancelled, bool immediate);

// Takes over what an ended need means for `state`. With --only a need that was not selected counts as
// succeeded.
void absorb(JobState& state, const JobState& need);

// Settles the outcome of a job and what its dependants inherit.
void settleOutcome(JobState& state, Outcome outcome);

// What a matrix job has become once all its members have ended.
Outcome combine(const std::vector<const JobState*>& members);

} // namespace cirque::engine
