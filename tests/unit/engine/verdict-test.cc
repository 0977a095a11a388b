// SPDX-License-Identifier: Apache-2.0
// The one function that says green. Every way not to be green has its line here.
#include "engine/verdict.hh"

#include <gtest/gtest.h>

#include <array>

namespace cirque::engine {
namespace {

Verdict judged(std::vector<Outcome> outcomes, RunRows rows = {.planComplete = true}, bool tolerated = false) {
    std::vector<JobRow> all;
    for (const Outcome& outcome : outcomes) {
        all.push_back({&outcome, tolerated, {}});
    }
    rows.jobs = all;
    return judge(rows);
}

TEST(Verdict, GreenWhenEveryJobSucceededOrWasCached) {
    EXPECT_EQ(judged({Outcome::succeeded(), Outcome::cached()}).exitStatus, 0);
}

TEST(Verdict, GreenWhenSkippedByItsOwnCondition) {
    EXPECT_EQ(judged({Outcome::skipped(SkipReason::OwnCondition)}).exitStatus, 0);
}

TEST(Verdict, GreenWhenFailedUnderContinueOnError) {
    EXPECT_EQ(judged({Outcome::failedExit(1)}, {.planComplete = true}, true).exitStatus, 0);
}

TEST(Verdict, NotGreenWithoutAnyJob) {
    EXPECT_EQ(judged({}).exitStatus, 1);
    EXPECT_EQ(judged({Outcome::skipped(SkipReason::NotSelected)}).exitStatus, 1);
}

TEST(Verdict, NotGreenWithAnIncompletePlan) {
    EXPECT_NE(judged({Outcome::succeeded()}, {}).exitStatus, 0);
}

TEST(Verdict, NotGreenWithAJobThatHasNotEnded) {
    const std::array<JobRow, 1> jobs{JobRow{}};
    RunRows rows{.planComplete = true};
    rows.jobs = jobs;
    EXPECT_EQ(judge(rows).exitStatus, 1);
}

TEST(Verdict, NotGreenForAnyOtherOutcome) {
    EXPECT_EQ(judged({Outcome::failedExit(7)}).exitStatus, 1);
    EXPECT_EQ(judged({Outcome::failedTimeout("")}).exitStatus, 1)
        << "a step's timeout is a failed job, not 124";
    EXPECT_EQ(judged({Outcome::infrastructure("x")}).exitStatus, 3);
    EXPECT_EQ(judged({Outcome::interrupted()}).exitStatus, 3);
    EXPECT_EQ(judged({Outcome::cancelled()}).exitStatus, 1);
    EXPECT_EQ(judged({Outcome::skipped(SkipReason::NeedFailed)}).exitStatus, 1);
    EXPECT_EQ(judged({Outcome::skipped(SkipReason::Cancelled)}).exitStatus, 1);
    EXPECT_EQ(judged({Outcome::skipped(SkipReason::None)}).exitStatus, 1);
}

TEST(Verdict, OurFailureIsNeverTolerated) {
    EXPECT_EQ(judged({Outcome::infrastructure("x")}, {.planComplete = true}, true).exitStatus, 3);
    EXPECT_EQ(judged({Outcome::cancelled()}, {.planComplete = true}, true).exitStatus, 1);
}

TEST(Verdict, ASkipForANeedIsGoodOnlyIfTheNeedSkippedItself) {
    const Outcome own = Outcome::skipped(SkipReason::OwnCondition);
    const Outcome need = Outcome::skipped(SkipReason::NeedSkipped);
    const Outcome ok = Outcome::succeeded();
    const std::array<int, 1> first{0};
    const std::array<int, 1> second{1};
    const std::array<JobRow, 3> good{JobRow{&own, false, {}}, JobRow{&need, false, first},
                                     JobRow{&need, false, second}};
    RunRows rows{.planComplete = true};
    rows.jobs = good;
    EXPECT_EQ(judge(rows).exitStatus, 0);
    const std::array<JobRow, 2> bad{JobRow{&ok, false, {}}, JobRow{&need, false, first}};
    rows.jobs = bad;
    EXPECT_EQ(judge(rows).exitStatus, 1) << "nothing it needs was skipped";
}

TEST(Verdict, ExitStatusPrecedence) {
    const Outcome broken = Outcome::infrastructure("journal");
    const std::vector<Outcome> both{Outcome::infrastructure("x"), Outcome::failedExit(1)};
    EXPECT_EQ(judged(both, {.planComplete = true}).exitStatus, 1);
    EXPECT_EQ(judged(both, {.planComplete = true, .deadline = true}).exitStatus, 124);
    EXPECT_EQ(judged(both, {.planComplete = true, .signal = 2, .deadline = true}).exitStatus, 130);
    EXPECT_EQ(judged(both, {.planComplete = true, .signal = 15}).exitStatus, 143);
    EXPECT_EQ(judged({Outcome::succeeded()}, {.planComplete = true, .broken = &broken}).exitStatus, 3);
    EXPECT_EQ(judged({Outcome::succeeded()}, {.planComplete = true, .signal = 2}).exitStatus, 130);
}

} // namespace
} // namespace cirque::engine
