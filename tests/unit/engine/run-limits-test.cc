// SPDX-License-Identifier: Apache-2.0
// Job retries, deadlines, slots and the ways a run is cut short, one sentence of docs/contracts.md each.
#include "tests/unit/engine/rig.hh"

#include <gtest/gtest.h>

#include <csignal>

namespace cirque::testing {
namespace {

using Kind = engine::TimerId::Kind;
using plan::When;

plan::Job retried(plan::Job made, int most, plan::Backoff backoff = plan::Backoff::Constant) {
    made.jobRetry = attempts(most, backoff);
    return made;
}

plan::Job limited(plan::Job made, Millis deadline) {
    made.deadline = given(deadline);
    return made;
}

TEST(JobRetry, RunsTheWholeJobAgainAfterTheDelay) {
    Rig rig({retried(job("a"), 3, plan::Backoff::Exponential), job("b", {"a"})});
    rig.finish("a", exitWith(7));
    EXPECT_FALSE(rig.ended("b")) << "a failed attempt counts only once the retries are used up";
    EXPECT_EQ(rig.timer(Kind::JobRetry, "a"), Millis{1000});
    rig.fire(Kind::JobRetry, "a");
    rig.finish("a", exitWith(7));
    EXPECT_EQ(rig.timer(Kind::JobRetry, "a"), Millis{2000});
    rig.fire(Kind::JobRetry, "a");
    rig.finish("a");
    EXPECT_TRUE(rig.running("b"));
    EXPECT_EQ(rig.events<event::JobRetrying>().size(), 2U);
    EXPECT_EQ(rig.events<event::JobFinished>().front().attempt, 3);
}

TEST(JobRetry, ExhaustedIsTheLastFailure) {
    Rig rig({retried(job("a"), 2)});
    rig.finish("a", exitWith(7));
    rig.fire(Kind::JobRetry, "a");
    rig.finish("a", exitWith(8));
    EXPECT_EQ(rig.outcome("a"), exitWith(8));
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

TEST(JobRetry, ASkipOrSuccessIsNotRetried) {
    Rig rig({retried(job("a"), 3), retried(job("b"), 3)});
    rig.finish("a", Outcome::skipped(SkipReason::OwnCondition));
    rig.finish("b");
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

TEST(JobRetry, TheSlotIsFreeBetweenAttempts) {
    Rig rig({retried(job("a"), 2), job("b")}, {}, 1);
    rig.finish("a", exitWith(1));
    EXPECT_TRUE(rig.running("b"));
}

TEST(JobRetry, ACancelEndsTheWait) {
    Rig rig({retried(job("a"), 2)});
    rig.finish("a", exitWith(1));
    rig.cancel(SIGINT);
    EXPECT_EQ(rig.outcome("a").kind, OutcomeKind::Cancelled);
    EXPECT_EQ(rig.verdict()->exitStatus, 130);
}

TEST(JobDeadline, StopsTheAttemptAndIsNotRetried) {
    Rig rig({retried(limited(job("a"), Millis{5000}), 5)});
    EXPECT_EQ(rig.timer(Kind::JobDeadline, "a"), Millis{5000});
    rig.fire(Kind::JobDeadline, "a");
    ASSERT_TRUE(rig.told("a"));
    EXPECT_EQ(rig.told("a")->why, engine::StopWhy::Deadline);
    rig.finish("a", Outcome::failedTimeout("late"));
    EXPECT_TRUE(rig.outcome("a").timeout);
    EXPECT_EQ(rig.verdict()->exitStatus, 1) << "124 is for the workflow's deadline";
}

TEST(JobDeadline, LimitsTheWholeJobWaitsIncluded) {
    Rig rig({retried(limited(job("a"), Millis{5000}), 5)});
    rig.finish("a", exitWith(1));
    rig.fire(Kind::JobDeadline, "a");
    EXPECT_TRUE(rig.outcome("a").timeout);
    EXPECT_EQ(rig.events<event::JobFinished>().size(), 1U);
}

TEST(JobDeadline, HitsAJobThatWaitsForItsSecondSlot) {
    Rig rig({retried(limited(job("a"), Millis{5000}), 5), job("b")}, {}, 1);
    rig.finish("a", exitWith(1));
    rig.fire(Kind::JobRetry, "a");
    rig.fire(Kind::JobDeadline, "a");
    EXPECT_TRUE(rig.outcome("a").timeout);
    rig.finish("b");
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

TEST(JobDeadline, CleaningUpHasABudgetToo) {
    Rig rig({limited(job("a"), Millis{5000})});
    rig.fire(Kind::JobDeadline, "a");
    EXPECT_EQ(rig.timer(Kind::JobCleanup, "a"), Millis{30000});
    rig.fire(Kind::JobCleanup, "a");
    EXPECT_TRUE(rig.told("a")->immediate);
    rig.finish("a", Outcome::failedTimeout("late"));
    EXPECT_TRUE(rig.verdict());
}

// Wrong: each further reason to stop gives the cleanup its whole budget again.
TEST(JobDeadline, ACancelDuringTheCleanupStartsNoSecondBudget) {
    Rig rig({limited(job("a"), Millis{5000})});
    rig.fire(Kind::JobDeadline, "a");
    EXPECT_TRUE(rig.cancelJob("a"));
    EXPECT_EQ(rig.timesSet(Kind::JobCleanup, "a"), 1);
    rig.fire(Kind::JobCleanup, "a");
    EXPECT_TRUE(rig.told("a")->immediate);
    rig.finish("a", Outcome::cancelled());
    EXPECT_TRUE(rig.verdict());
}

TEST(JobDeadline, DuringTheCleanupAfterACancelStartsNoSecondBudget) {
    Rig rig({limited(job("a"), Millis{5000})});
    EXPECT_TRUE(rig.cancelJob("a"));
    rig.fire(Kind::JobDeadline, "a");
    EXPECT_EQ(rig.timesSet(Kind::JobCleanup, "a"), 1);
    rig.finish("a", Outcome::cancelled());
    EXPECT_TRUE(rig.verdict());
}

TEST(RunDeadline, EndsWith124) {
    engine::RunSettings settings;
    settings.deadline = Millis{60000};
    Rig rig({job("a"), job("b", {"a"})}, settings);
    EXPECT_EQ(rig.timer(Kind::RunDeadline), Millis{60000});
    rig.fire(Kind::RunDeadline);
    EXPECT_EQ(rig.told("a")->why, engine::StopWhy::Cancelled);
    rig.finish("a", Outcome::cancelled());
    EXPECT_EQ(rig.outcome("b").skip, SkipReason::Cancelled);
    EXPECT_EQ(rig.verdict()->exitStatus, 124);
    EXPECT_TRUE(rig.verdict()->outcome.timeout);
}

TEST(Cancel, StopsFirstThenRunsCancelledAndAlwaysJobs) {
    Rig rig({job("a"), job("b", {"a"}), job("tidy", {"b"}, When::Always), job("tell", {"a"}, When::Cancelled),
             job("roll", {"a"}, When::Failure)});
    rig.cancel(SIGTERM);
    EXPECT_FALSE(rig.told("a")->immediate);
    EXPECT_FALSE(rig.running("tidy")) << "nothing may clean up beside what it cleans up after";
    rig.finish("a", Outcome::cancelled());
    EXPECT_EQ(rig.outcome("b").skip, SkipReason::Cancelled);
    EXPECT_EQ(rig.outcome("roll").kind, OutcomeKind::Skipped);
    EXPECT_TRUE(rig.running("tidy"));
    EXPECT_TRUE(rig.running("tell"));
    rig.finish("tidy");
    rig.finish("tell");
    EXPECT_EQ(rig.verdict()->exitStatus, 143);
    EXPECT_EQ(rig.verdict()->outcome.kind, OutcomeKind::Cancelled);
}

TEST(Cancel, ADeployThatWaitsNeverRuns) {
    Rig rig({job("test"), job("deploy", {"test"})});
    rig.cancel(SIGINT);
    rig.finish("test"); // it ended well at the last moment
    EXPECT_EQ(rig.outcome("deploy"), Outcome::skipped(SkipReason::Cancelled));
    EXPECT_EQ(rig.verdict()->exitStatus, 130);
}

TEST(Cancel, DropsWhatWaitsForASlotButForCleanupJobs) {
    Rig rig({job("a"), job("b"), job("c", {}, When::Always)}, {}, 1);
    rig.cancel(SIGINT);
    EXPECT_EQ(rig.outcome("b").skip, SkipReason::Cancelled);
    EXPECT_FALSE(rig.ended("c"));
    rig.finish("a", Outcome::cancelled());
    EXPECT_TRUE(rig.running("c"));
}

TEST(Cancel, TheCleanupBudgetEndsEverything) {
    Rig rig({job("a"), job("tidy", {"a"}, When::Always), job("last", {"tidy"}, When::Always)});
    rig.cancel(SIGINT);
    EXPECT_EQ(rig.timer(Kind::RunCleanup), Millis{30000});
    rig.finish("a", Outcome::cancelled());
    rig.fire(Kind::RunCleanup);
    EXPECT_TRUE(rig.told("tidy")->immediate);
    rig.finish("tidy", Outcome::cancelled());
    EXPECT_EQ(rig.outcome("last").skip, SkipReason::Cancelled);
    EXPECT_EQ(rig.verdict()->exitStatus, 130);
}

TEST(Cancel, ASecondSignalEndsAtOnce) {
    Rig rig({job("a"), job("tidy", {"a"}, When::Always)});
    rig.cancel(SIGINT);
    rig.cancel(SIGTERM);
    EXPECT_TRUE(rig.told("a")->immediate);
    rig.finish("a", Outcome::cancelled());
    EXPECT_EQ(rig.outcome("tidy").skip, SkipReason::Cancelled);
    EXPECT_EQ(rig.verdict()->exitStatus, 130) << "the first signal decides";
    EXPECT_TRUE(rig.events<event::CancelRequested>().back().immediate);
}

TEST(Cancel, ACleanupJobThatFailsIsNotRetried) {
    Rig rig({job("a"), retried(job("tidy", {"a"}, When::Always), 3)});
    rig.cancel(SIGINT);
    rig.finish("a", Outcome::cancelled());
    rig.finish("tidy", exitWith(1));
    EXPECT_TRUE(rig.verdict());
}

TEST(Cancel, AfterTheEndItIsIgnored) {
    Rig rig({job("a")});
    rig.finish("a");
    rig.cancel(SIGINT);
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

TEST(FailFast, CancelsTheRestAndTheRunHasFailed) {
    engine::RunSettings settings;
    settings.failFast = true;
    Rig rig({job("bad"), job("other"), job("next", {"other"}), job("tidy", {"other"}, When::Always)},
            settings);
    rig.finish("bad", exitWith(2));
    EXPECT_TRUE(rig.told("other"));
    EXPECT_EQ(rig.events<event::CancelRequested>().front().reason, "fail-fast");
    rig.finish("other", Outcome::cancelled());
    EXPECT_EQ(rig.outcome("next").skip, SkipReason::Cancelled);
    rig.finish("tidy");
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

TEST(FailFast, ATolerantFailureCancelsNothing) {
    engine::RunSettings settings;
    settings.failFast = true;
    plan::Job lint = job("lint");
    lint.continueOnError = true;
    Rig rig({lint, job("other")}, settings);
    rig.finish("lint", exitWith(2));
    EXPECT_FALSE(rig.told("other"));
    rig.finish("other");
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

TEST(FailFast, AnAttemptThatIsRetriedCancelsNothing) {
    engine::RunSettings settings;
    settings.failFast = true;
    Rig rig({retried(job("a"), 2), job("b")}, settings);
    rig.finish("a", exitWith(2));
    EXPECT_FALSE(rig.told("b"));
}

TEST(FailFast, ASignalDuringItsCleanupDecidesTheExitStatus) {
    engine::RunSettings settings;
    settings.failFast = true;
    Rig rig({job("bad"), job("other")}, settings);
    rig.finish("bad", exitWith(2));
    rig.cancel(SIGINT);
    EXPECT_FALSE(rig.told("other")->immediate) << "it is the first signal";
    rig.finish("other", Outcome::cancelled());
    EXPECT_EQ(rig.verdict()->exitStatus, 130);
}

TEST(Slots, NeverMoreThanGivenAndInTheOrderOfAsking) {
    Rig rig({job("a"), job("b"), job("c")}, {}, 2);
    EXPECT_TRUE(rig.running("a") && rig.running("b"));
    EXPECT_FALSE(rig.running("c"));
    rig.finish("b");
    EXPECT_TRUE(rig.running("c"));
    EXPECT_EQ(rig.admission.used(), 2);
}

TEST(Abort, AJournalThatFailsEndsTheRunAsInfrastructure) {
    Rig rig({job("a"), job("b", {"a"}, When::Always)});
    rig.abort(Outcome::infrastructure("journal: disk full"));
    EXPECT_TRUE(rig.told("a")->immediate);
    rig.finish("a", Outcome::cancelled());
    EXPECT_EQ(rig.verdict()->exitStatus, 3);
    EXPECT_EQ(rig.verdict()->outcome.message, "journal: disk full");
}

} // namespace
} // namespace cirque::testing
