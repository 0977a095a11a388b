// SPDX-License-Identifier: Apache-2.0
#include "plan/effective.hh"

#include <algorithm>
#include <array>
#include <cstdint>

namespace cirque::plan {
namespace {

void merge(RetryPolicy& policy, const Setting<Retry>& level) {
    if (level.state == Setting<Retry>::State::Off) {
        policy = RetryPolicy{};
        return;
    }
    if (!level.isSet()) {
        return;
    }
    policy.maxAttempts = level.value.maxAttempts.value_or(policy.maxAttempts);
    policy.backoff = level.value.backoff.value_or(policy.backoff);
    policy.minTime = level.value.minTime.value_or(policy.minTime);
    policy.maxTime = level.value.maxTime.value_or(policy.maxTime);
}

std::optional<Millis> valueOf(const Setting<Millis>& setting) {
    return setting.isSet() ? std::optional(setting.value) : std::nullopt;
}

} // namespace

RetryPolicy stepRetry(const Plan& plan, const Job& job, const Step& step) {
    RetryPolicy policy;
    merge(policy, plan.retry);
    merge(policy, job.retry);
    merge(policy, step.retry);
    return policy;
}

RetryPolicy jobRetry(const Job& job) {
    RetryPolicy policy;
    merge(policy, job.jobRetry);
    return policy;
}

Millis retryDelay(const RetryPolicy& policy, int failed) {
    const std::int64_t least = std::max<std::int64_t>(policy.minTime.count(), 0);
    const std::int64_t most = std::max<std::int64_t>(policy.maxTime.count(), 0);
    const std::int64_t nth = std::max(failed, 1);
    std::int64_t delay = std::min(least, most);
    switch (policy.backoff) {
    case Backoff::Exponential:
        // doubled only while still below the cap, so it cannot overflow
        for (std::int64_t i = 1; i < nth && delay != 0 && delay < most; ++i) {
            delay = delay > most / 2 ? most : delay * 2;
        }
        break;
    case Backoff::Linear:
        delay = least > most / nth ? most : least * nth;
        break;
    case Backoff::Constant:
        break;
    }
    return Millis(std::min(delay, most));
}

std::optional<Millis> stepTimeout(const Plan& plan, const Job& job, const Step& step) {
    for (const Setting<Millis>* level : std::array{&step.timeout, &job.timeout, &plan.timeout}) {
        if (level->state != Setting<Millis>::State::Unset) {
            return valueOf(*level);
        }
    }
    return std::nullopt;
}

std::optional<Millis> jobDeadline(const Job& job) {
    return valueOf(job.deadline);
}

std::vector<std::string> passEnv(const Plan& plan, const Job& job) {
    if (job.passEnv) {
        return *job.passEnv;
    }
    if (plan.passEnv) {
        return *plan.passEnv;
    }
    return {"PATH", "HOME", "USER", "LANG", "LC_*", "TERM", "TMPDIR", "TZ"};
}

} // namespace cirque::plan
