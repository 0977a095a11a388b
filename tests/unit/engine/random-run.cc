// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/random-run.hh"

#include "tests/support/plans.hh"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace cirque::testing {
namespace {

class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}

    int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(engine_); }

    bool percent(int chance) { return below(100) < chance; }

    Millis time() { return Millis{1 + below(1'000'000)}; }

  private:
    std::mt19937 engine_;
};

Outcome randomOutcome(Dice& dice, bool conditional) {
    const int roll = dice.below(100);
    if (conditional && roll < 40) {
        return Outcome::skipped(SkipReason::OwnCondition);
    }
    if (roll < 70) {
        return Outcome::succeeded();
    }
    return roll < 92 ? Outcome::failedExit(1 + dice.below(200)) : Outcome::infrastructure("the place broke");
}

plan::When randomWhen(Dice& dice) {
    const int roll = dice.below(100);
    if (roll < 60) {
        return plan::When::Success;
    }
    if (roll < 75) {
        return plan::When::Failure;
    }
    return roll < 90 ? plan::When::Always : plan::When::Cancelled;
}

JobScript randomScript(Dice& dice, plan::Job& made) {
    JobScript script;
    const bool conditional = dice.percent(15);
    made.condition.bash = conditional ? "decide" : "";
    const int most = dice.percent(25) ? 2 + dice.below(3) : 1;
    if (most > 1) {
        made.jobRetry = attempts(most, plan::Backoff::Constant, Millis{7}, Millis{7});
    }
    for (int i = 0; i < most; ++i) {
        script.lasts.push_back(dice.time());
        script.outcomes.push_back(randomOutcome(dice, conditional));
    }
    script.linger = dice.percent(50) ? Millis{0} : Millis{1 + dice.below(60'000)};
    return script;
}

} // namespace

RandomRun randomRun(unsigned seed, bool disturbed) {
    Dice dice(seed);
    RandomRun run;
    run.plan.name = fmt::format("random {}", seed);
    const int jobs = 1 + dice.below(18);
    const int density = 5 + dice.below(40);
    for (int i = 0; i < jobs; ++i) {
        plan::Job made = job(fmt::format("j{}", i));
        for (int need = 0; need < i; ++need) {
            if (dice.percent(density)) {
                made.needs.push_back(fmt::format("j{}", need));
            }
        }
        made.condition.when = randomWhen(dice);
        made.continueOnError = dice.percent(20);
        run.scripts.push_back(randomScript(dice, made));
        if (disturbed && dice.percent(15)) {
            made.deadline = given(dice.time());
        }
        run.plan.jobs.push_back(std::move(made));
    }
    if (disturbed) {
        run.failFast = dice.percent(30);
        if (dice.percent(60)) {
            run.firstSignal = dice.time();
            run.secondSignal =
                dice.percent(40) ? std::optional(*run.firstSignal + dice.time() / 20) : std::nullopt;
        }
        if (dice.percent(20)) {
            run.plan.deadline = given(dice.time());
        }
    }
    return run;
}

} // namespace cirque::testing
