// SPDX-License-Identifier: Apache-2.0
// How a run ended: one pure function of complete rows (docs/contracts.md, Outcome). Whoever shows a verdict
// asks here.
#pragma once

#include "engine/types.hh"

#include <span>
#include <string>

namespace cirque::engine {

struct JobRow {
    const Outcome* outcome = nullptr; // null: the job has not ended
    bool tolerated = false;           // failed under continueOnError
    std::span<const int> needs{};     // direct needs, as positions in RunRows::jobs
};

struct RunRows {
    bool planComplete = false;
    std::span<const JobRow> jobs{};
    bool cancelled = false;          // a cancel or fail-fast was requested
    int signal = 0;                  // the signal that asked for the cancel, if one did
    bool deadline = false;           // the workflow's deadline passed
    const Outcome* broken = nullptr; // the run itself could not go on (journal), if so
};

// Green only if the plan is complete, at least one job was to run, and every job succeeded, was cached, was
// skipped by its own condition (or only because a need was skipped that way), or failed under
// continueOnError. Jobs that were not selected do not count. Exit status: 128 + signal, else 124, 1, 3, 0 in
// this order.
Verdict judge(const RunRows& rows);

// Whether a run may be green with this row in it.
bool isGood(const JobRow& row, std::span<const JobRow> all);

} // namespace cirque::engine
