// SPDX-License-Identifier: Apache-2.0
// What a step or job ends up with after inheritance. Pure.
#pragma once

#include "plan/types.hh"

#include <optional>
#include <string>
#include <vector>

namespace cirque::plan {

struct RetryPolicy {
    int maxAttempts = 1;
    Backoff backoff = Backoff::Exponential;
    Millis minTime{1000};
    Millis maxTime{60000};
    bool operator==(const RetryPolicy&) const = default;
};

// Defaults, then workflow, job, step, merged by key; a null at any level starts again from the defaults (1
// attempt).
RetryPolicy stepRetry(const Plan& plan, const Job& job, const Step& step);

// jobRetry alone; not inherited.
RetryPolicy jobRetry(const Job& job);

// The wait after attempt `failed` (1, 2, ...): exponential min*2^(n-1), linear min*n, constant min; never
// above max.
Millis retryDelay(const RetryPolicy& policy, int failed);

// The limit of one try, if any: step, else job, else workflow; null switches an inherited one off.
std::optional<Millis> stepTimeout(const Plan& plan, const Job& job, const Step& step);
std::optional<Millis> jobDeadline(const Job& job);

// Which variables of the caller's environment reach the steps: the job's list, else the workflow's, else
// PATH HOME USER LANG LC_* TERM TMPDIR TZ. An entry may end in '*'.
std::vector<std::string> passEnv(const Plan& plan, const Job& job);

} // namespace cirque::plan
