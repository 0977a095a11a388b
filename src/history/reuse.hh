// SPDX-License-Identifier: Apache-2.0
// Which jobs of a run need not run again when the run is repeated (docs/contracts.md, Rerun). Pure.
#pragma once

#include "history/record.hh"
#include "plan/types.hh"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace cirque::history {

// What may keep a job from being reused, though it ended well.
struct ReuseLimits {
    std::function<bool(std::string_view value)> redacted; // the value was changed when it was recorded
    std::set<std::string> unusable;                       // jobs whose artifacts are missing or damaged
    std::set<std::string> collected{};                    // jobs whose results name store paths that are gone
};

struct Reuse {
    // Jobs that keep how they ended, members of a matrix included. What succeeded is Cached.
    std::map<std::string, Outcome> settled;
    // Jobs that ended well and run again all the same: why, in words.
    std::map<std::string, std::string> again;
};

// Kept: what succeeded or was cached, failed under continueOnError, or was skipped by its own condition. Not
// kept: what gave less than the plan promises of it; a job of `unusable`; one with a redacted result or of
// `collected`, when anything that needs it, directly or not, may run; and a skip by its own condition when
// anything it needs runs again, because the condition may say something else then.
Reuse chooseReuse(const RunRecord& record, const plan::Plan& plan, const ReuseLimits& limits);

// The jobs of the plan that the run was about: all but those that were not selected.
std::vector<std::string> selectedJobs(const RunRecord& record, const plan::Plan& plan);

} // namespace cirque::history
