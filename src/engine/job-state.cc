// SPDX-License-Identifier: Apache-2.0
#include "engine/job-state.hh"

#include <fmt/format.h>

namespace cirque::engine {
namespace {

Decision decideStatus(const JobState& state, bool cancelled) {
    switch (state.job->condition.when) {
    case plan::When::Success:
        if (state.needFailed) {
            return {false, SkipReason::NeedFailed};
        }
        if (state.needCancelled) {
            return {false, SkipReason::Cancelled};
        }
        return {!state.needSkipped, SkipReason::NeedSkipped};
    case plan::When::Failure:
        return {state.needFailed, SkipReason::OwnCondition};
    case plan::When::Always:
        return {true, SkipReason::None};
    case plan::When::Cancelled:
        return {cancelled || state.needCancelled, SkipReason::OwnCondition};
    }
    return {};
}

} // namespace

Decision decide(const JobState& state, bool cancelled, bool immediate) {
    const Decision status = decideStatus(state, cancelled);
    if (!status.run) {
        return status;
    }
    const plan::When when = state.job->condition.when;
    const bool cleansUp = when == plan::When::Always || when == plan::When::Cancelled;
    if (immediate || (cancelled && !cleansUp)) {
        return {false, SkipReason::Cancelled};
    }
    return {true, SkipReason::None};
}

void absorb(JobState& state, const JobState& need) {
    state.needFailed = state.needFailed || need.failedPath;
    state.needCancelled = state.needCancelled || need.cancelledPath;
    const bool skipped =
        need.outcome.kind == OutcomeKind::Skipped && need.outcome.skip != SkipReason::NotSelected;
    state.needSkipped = state.needSkipped || skipped;
}

void settleOutcome(JobState& state, Outcome outcome) {
    state.outcome = std::move(outcome);
    // only the user's own failure may be tolerated; that our system failed says nothing about the job
    state.tolerated = state.outcome.kind == OutcomeKind::Failed && state.job->continueOnError;
    const bool cancelled = state.outcome.kind == OutcomeKind::Cancelled ||
                           state.outcome.kind == OutcomeKind::Interrupted ||
                           state.outcome.skip == SkipReason::Cancelled;
    state.failedPath = state.needFailed || (state.outcome.failed() && !state.tolerated);
    state.cancelledPath = state.needCancelled || cancelled;
    state.phase = Phase::Done;
}

Outcome combine(const std::vector<const JobState*>& members) {
    int failed = 0;
    int cancelled = 0;
    int ran = 0;
    int cached = 0;
    const JobState* infrastructure = nullptr;
    const JobState* skipped = nullptr;
    for (const JobState* member : members) {
        const OutcomeKind kind = member->outcome.kind;
        failed += kind == OutcomeKind::Failed && !member->tolerated ? 1 : 0;
        cancelled += kind == OutcomeKind::Cancelled || member->outcome.skip == SkipReason::Cancelled ? 1 : 0;
        ran += member->outcome.ok() || member->tolerated ? 1 : 0;
        cached += kind == OutcomeKind::Cached ? 1 : 0;
        infrastructure =
            kind == OutcomeKind::Infrastructure && infrastructure == nullptr ? member : infrastructure;
        skipped = kind == OutcomeKind::Skipped && skipped == nullptr ? member : skipped;
    }
    if (failed > 0) {
        return Outcome::failedWith(fmt::format("{} of {} members failed", failed, members.size()));
    }
    if (infrastructure != nullptr) {
        return infrastructure->outcome;
    }
    if (cancelled > 0) {
        return Outcome::cancelled();
    }
    if (ran == 0 && skipped != nullptr) {
        return skipped->outcome;
    }
    return cached == static_cast<int>(members.size()) ? Outcome::cached() : Outcome::succeeded();
}

} // namespace cirque::engine
