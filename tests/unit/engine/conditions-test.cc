// SPDX-License-Identifier: Apache-2.0
// docs/contracts.md, Conditions, at job level: what counts from the needs, and how far it travels.
#include "tests/unit/engine/rig.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

using plan::When;

plan::Job tolerant(plan::Job made) {
    made.continueOnError = true;
    return made;
}

TEST(Conditions, AJobStartsAsSoonAsItsNeedsEndedWhateverElseRuns) {
    Rig rig({job("slow"), job("fast"), job("next", {"fast"})});
    EXPECT_FALSE(rig.running("next"));
    rig.finish("fast");
    EXPECT_TRUE(rig.running("next"));
    EXPECT_TRUE(rig.running("slow"));
}

TEST(Conditions, AJobWaitsForAllItsNeeds) {
    Rig rig({job("a"), job("b"), job("c", {"a", "b"})});
    rig.finish("a");
    EXPECT_FALSE(rig.running("c"));
    rig.finish("b");
    EXPECT_TRUE(rig.running("c"));
}

TEST(Conditions, SuccessIsTheDefaultAndAFailedNeedSkips) {
    Rig rig({job("a"), job("b", {"a"})});
    rig.finish("a", exitWith(1));
    EXPECT_EQ(rig.outcome("b"), Outcome::skipped(SkipReason::NeedFailed));
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

TEST(Conditions, FailureCountsThroughAllTransitiveNeeds) {
    Rig rig({job("a"), job("b", {"a"}, When::Always), job("c", {"b"}), job("d", {"b"}, When::Failure)});
    rig.finish("a", exitWith(1));
    rig.finish("b");
    EXPECT_EQ(rig.outcome("c"), Outcome::skipped(SkipReason::NeedFailed));
    EXPECT_TRUE(rig.running("d")) << "failure() must see the failure behind a need that succeeded";
}

TEST(Conditions, FailureTravelsThroughSkippedNeeds) {
    Rig rig({job("a"), job("b", {"a"}), job("c", {"b"}), job("rollback", {"c"}, When::Failure)});
    rig.finish("a", exitWith(1));
    EXPECT_TRUE(rig.running("rollback"));
}

TEST(Conditions, AFailureElsewhereCountsForNothing) {
    Rig rig({job("bad"), job("good"), job("next", {"good"}), job("notify", {"good"}, When::Failure)});
    rig.finish("bad", exitWith(1));
    rig.finish("good");
    EXPECT_TRUE(rig.running("next"));
    EXPECT_EQ(rig.outcome("notify"), Outcome::skipped(SkipReason::OwnCondition));
}

TEST(Conditions, AlwaysRunsAfterFailureSuccessAndSkip) {
    Rig rig({job("a"), job("b", {"a"}), job("c", {"a", "b"}, When::Always)});
    rig.finish("a", exitWith(1));
    EXPECT_TRUE(rig.running("c"));
}

TEST(Conditions, ASkipMakesDirectDependantsSkip) {
    Rig rig({job("a"), job("b", {"a"}, When::Failure), job("c", {"b"}), job("d", {"c"})});
    rig.finish("a");
    EXPECT_EQ(rig.outcome("b"), Outcome::skipped(SkipReason::OwnCondition));
    EXPECT_EQ(rig.outcome("c"), Outcome::skipped(SkipReason::NeedSkipped));
    EXPECT_EQ(rig.outcome("d"), Outcome::skipped(SkipReason::NeedSkipped));
    EXPECT_EQ(rig.verdict()->exitStatus, 0) << "skipped only because a need was skipped by its own condition";
}

TEST(Conditions, ASkipCountsForDirectNeedsOnly) {
    Rig rig({job("a"), job("b", {"a"}, When::Failure), job("c", {"b"}, When::Always), job("d", {"c"})});
    rig.finish("a");
    rig.finish("c");
    EXPECT_TRUE(rig.running("d")) << "its direct need ran, the skip lies further back";
}

TEST(Conditions, ASkipIsNoFailure) {
    Rig rig({job("a"), job("b", {"a"}, When::Failure), job("c", {"b"}, When::Failure)});
    rig.finish("a");
    EXPECT_EQ(rig.outcome("c"), Outcome::skipped(SkipReason::OwnCondition));
}

TEST(Conditions, ATolerantFailureCountsAsSuccessForDependants) {
    Rig rig({tolerant(job("lint")), job("next", {"lint"}), job("notify", {"lint"}, When::Failure)});
    rig.finish("lint", exitWith(3));
    EXPECT_TRUE(rig.running("next"));
    EXPECT_EQ(rig.outcome("notify").skip, SkipReason::OwnCondition);
    EXPECT_EQ(rig.outcome("lint"), exitWith(3)) << "the failure is shown";
    EXPECT_TRUE(rig.events<event::JobFinished>().front().tolerated);
    rig.finish("next");
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

TEST(Conditions, ContinueOnErrorDoesNotHideAFailureBehindTheJob) {
    Rig rig({job("a"), tolerant(job("b", {"a"}, When::Always)), job("c", {"b"})});
    rig.finish("a", exitWith(1));
    rig.finish("b", exitWith(1));
    EXPECT_EQ(rig.outcome("c"), Outcome::skipped(SkipReason::NeedFailed));
}

TEST(Conditions, ContinueOnErrorDoesNotTolerateAFailureOfOurSystem) {
    Rig rig({tolerant(job("a")), job("b", {"a"})});
    rig.finish("a", Outcome::infrastructure("disk full"));
    EXPECT_EQ(rig.outcome("b").skip, SkipReason::NeedFailed);
    EXPECT_EQ(rig.verdict()->exitStatus, 3);
}

TEST(Conditions, CancelledIsFalseInARunThatGoesOn) {
    Rig rig({job("a"), job("b", {"a"}, When::Cancelled)});
    rig.finish("a", exitWith(1));
    EXPECT_EQ(rig.outcome("b"), Outcome::skipped(SkipReason::OwnCondition));
}

TEST(Conditions, ABashConditionIsLeftToThePlace) {
    plan::Job made = job("a");
    made.condition.bash = "exit 1";
    Rig rig({made});
    EXPECT_TRUE(rig.running("a")) << "only the place can run it";
    rig.finish("a", Outcome::skipped(SkipReason::OwnCondition));
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

TEST(Conditions, ABashConditionRunsOnlyIfItsWhenHolds) {
    plan::Job made = job("b", {"a"});
    made.condition.bash = "true";
    Rig rig({job("a"), made});
    rig.finish("a", exitWith(1));
    EXPECT_EQ(rig.outcome("b").skip, SkipReason::NeedFailed);
}

TEST(Conditions, KeepGoingIsTheDefault) {
    Rig rig({job("bad"), job("other"), job("next", {"other"})});
    rig.finish("bad", exitWith(1));
    rig.finish("other");
    rig.finish("next");
    EXPECT_TRUE(rig.outcome("next").ok());
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

TEST(Conditions, ANeedNamedTwiceCountsOnce) {
    Rig rig({job("a"), job("b", {"a", "a"})});
    rig.finish("a");
    EXPECT_TRUE(rig.running("b"));
}

TEST(Selection, RunsTheJobAndItsNeedsAndNothingElse) {
    engine::RunSettings settings;
    settings.selected = {"b"};
    Rig rig({job("a"), job("b", {"a"}), job("c", {"b"}), job("d")}, settings);
    EXPECT_EQ(rig.outcome("d"), Outcome::skipped(SkipReason::NotSelected));
    EXPECT_EQ(rig.outcome("c"), Outcome::skipped(SkipReason::NotSelected));
    rig.finish("a");
    rig.finish("b");
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

TEST(Selection, OnlyTakesTheNeedsAsSucceeded) {
    engine::RunSettings settings;
    settings.selected = {"b"};
    settings.only = true;
    Rig rig({job("a"), job("b", {"a"})}, settings);
    EXPECT_TRUE(rig.running("b"));
    EXPECT_EQ(rig.outcome("a"), Outcome::skipped(SkipReason::NotSelected));
    rig.finish("b", exitWith(1));
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

TEST(Selection, NothingSelectedIsNotGreen) {
    engine::RunSettings settings;
    settings.selected = {"nowhere"};
    Rig rig({job("a")}, settings);
    EXPECT_NE(rig.verdict()->exitStatus, 0);
}

} // namespace
} // namespace cirque::testing
