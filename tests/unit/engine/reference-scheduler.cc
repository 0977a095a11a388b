// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/reference-scheduler.hh"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace cirque::testing {
namespace {

constexpr Millis never{1'000'000'000'000};

class Naive {
  public:
    // `cancel`: when the run is cancelled; `atOnce`: when everything ends.
    Naive(const RandomRun& run, Millis cancel, Millis atOnce)
        : run_(run), cancel_(cancel), atOnce_(atOnce), jobs_(run.plan.jobs.size()) {
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            jobs_[i] = work(i); // needs come before their dependants
        }
    }

    [[nodiscard]] const std::vector<Expected>& jobs() const { return jobs_; }

    [[nodiscard]] bool bad(std::size_t job) const {
        return (jobs_[job].kind == OutcomeKind::Failed && !jobs_[job].tolerated) ||
               jobs_[job].kind == OutcomeKind::Infrastructure;
    }

    [[nodiscard]] Millis end() const {
        Millis last{0};
        for (const Expected& job : jobs_) {
            last = std::max(last, job.end);
        }
        return last;
    }

  private:
    [[nodiscard]] std::vector<std::size_t> needs(std::size_t job) const {
        std::vector<std::size_t> found;
        for (const std::string& name : run_.plan.jobs[job].needs) {
            for (std::size_t i = 0; i < jobs_.size(); ++i) {
                if (run_.plan.jobs[i].name == name) {
                    found.push_back(i);
                }
            }
        }
        return found;
    }

    void collectAncestors(std::size_t job, std::set<std::size_t>& all) const {
        for (const std::size_t need : needs(job)) {
            all.insert(need);
            collectAncestors(need, all);
        }
    }

    Expected work(std::size_t job) {
        const plan::Job& self = run_.plan.jobs[job];
        Millis start{0};
        bool needSkipped = false;
        for (const std::size_t need : needs(job)) {
            start = std::max(start, jobs_[need].end);
            needSkipped = needSkipped || jobs_[need].kind == OutcomeKind::Skipped;
        }
        std::set<std::size_t> ancestors;
        collectAncestors(job, ancestors);
        const bool failed =
            std::any_of(ancestors.begin(), ancestors.end(), [&](std::size_t a) { return bad(a); });
        const bool cancelledBefore = std::any_of(ancestors.begin(), ancestors.end(), [&](std::size_t a) {
            return jobs_[a].kind == OutcomeKind::Cancelled || jobs_[a].skip == SkipReason::Cancelled;
        });
        const bool cancelled = start >= cancel_;
        const auto skip = [&](SkipReason why) {
            return Expected{OutcomeKind::Skipped, why, false, false, start};
        };
        if (start >= atOnce_) {
            return skip(SkipReason::Cancelled);
        }
        switch (self.condition.when) {
        case plan::When::Success:
            if (failed || cancelledBefore || needSkipped || cancelled) {
                return skip(failed                                           ? SkipReason::NeedFailed
                            : cancelledBefore || (cancelled && !needSkipped) ? SkipReason::Cancelled
                                                                             : SkipReason::NeedSkipped);
            }
            break;
        case plan::When::Failure:
            if (!failed || cancelled) {
                return skip(failed ? SkipReason::Cancelled : SkipReason::OwnCondition);
            }
            break;
        case plan::When::Always:
            break;
        case plan::When::Cancelled:
            if (!cancelled && !cancelledBefore) {
                return skip(SkipReason::OwnCondition);
            }
            break;
        }
        return attempts(job, start, cancelled);
    }

    [[nodiscard]] Expected attempts(std::size_t job, Millis start, bool cleanup) const {
        const plan::Job& self = run_.plan.jobs[job];
        const JobScript& script = run_.scripts[job];
        const Millis deadline = self.deadline.isSet() ? start + self.deadline.value : never;
        const Millis cancel = cleanup ? atOnce_ : cancel_;
        Millis now = start;
        for (std::size_t i = 0; i < script.lasts.size(); ++i) {
            const Millis natural = now + script.lasts[i];
            if (deadline < natural && deadline <= cancel) {
                const Millis over = deadline + std::min(script.linger, run_.cleanupBudget);
                return {OutcomeKind::Failed, {}, true, self.continueOnError, std::min(over, atOnce_)};
            }
            if (cancel < natural) {
                const Millis over = cleanup ? cancel : cancel + script.linger;
                return {OutcomeKind::Cancelled, {}, false, false, std::min(over, atOnce_)};
            }
            const Outcome& outcome = script.outcomes[i];
            const bool again = outcome.failed() && !cleanup && i + 1 < script.lasts.size();
            if (!again) {
                return {outcome.kind, outcome.skip, false,
                        outcome.kind == OutcomeKind::Failed && self.continueOnError, natural};
            }
            now = natural + Millis{7};
            if (deadline < now && deadline <= cancel) {
                return {OutcomeKind::Failed, {}, true, self.continueOnError, deadline};
            }
            if (cancel < now) {
                return {OutcomeKind::Cancelled, {}, false, false, cancel};
            }
        }
        return {};
    }

    const RandomRun& run_;
    Millis cancel_;
    Millis atOnce_;
    std::vector<Expected> jobs_;
};

int exitOf(const Naive& world, bool signalled, bool deadline) {
    if (signalled) {
        return 130;
    }
    if (deadline) {
        return 124;
    }
    int status = 0;
    for (std::size_t i = 0; i < world.jobs().size(); ++i) {
        if (world.bad(i)) {
            const bool own = world.jobs()[i].kind == OutcomeKind::Failed;
            status = own || status == 1 ? 1 : 3;
        }
    }
    return status;
}

} // namespace

ExpectedRun expectedRun(const RandomRun& run) {
    const Naive calm(run, never, never);
    Millis failFast = never;
    for (std::size_t i = 0; run.failFast && i < calm.jobs().size(); ++i) {
        failFast = calm.bad(i) ? std::min(failFast, calm.jobs()[i].end) : failFast;
    }
    const Millis signal = run.firstSignal.value_or(never);
    const Millis deadline = run.plan.deadline.isSet() ? run.plan.deadline.value : never;
    const Millis cancel = std::min({failFast, signal, deadline, calm.end()});
    if (cancel == calm.end() && failFast > cancel) {
        return {calm.jobs(), exitOf(calm, false, false)};
    }
    const Millis second = run.secondSignal.value_or(never);
    const Naive world(run, cancel, std::min(cancel + run.cleanupBudget, second));
    return {world.jobs(), exitOf(world, signal == cancel || signal < world.end(), deadline == cancel)};
}

std::string Expected::text() const {
    return fmt::format("{} {}{}{}", toString(kind), toString(skip), timeout ? " timeout" : "",
                       tolerated ? " tolerated" : "");
}

} // namespace cirque::testing
