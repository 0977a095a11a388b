// SPDX-License-Identifier: Apache-2.0
// What cuts steps short: timeouts, deadlines, cancelling, and what still runs then (docs/contracts.md).
#include "tests/unit/engine/steps-world.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

using plan::When;

TEST(Timeout, FailsTheStepTheJobAndTheRun) {
    Steps world;
    world.one.steps = {step("slow"), step("next")};
    world.one.steps[0].timeout = given(Millis{5000});
    world.does["slow"] = {{.sleep = Millis{600000}}};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_TRUE(world.of("slow").timeout);
    EXPECT_EQ(world.of("next").skip, SkipReason::NeedFailed);
    EXPECT_EQ(world.clock.elapsed(), Millis{5000});
}

TEST(Timeout, AProgramThatSurvivesTermAndEndsWellHasTimedOut) {
    Steps world;
    world.one.steps = {step("slow")};
    world.one.steps[0].timeout = given(Millis{1000});
    world.does["slow"] = {{.sleep = Millis{600000}, .grace = Millis{2000}, .exitsWell = true}};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_TRUE(world.of("slow").timeout);
}

TEST(Timeout, LimitsOneTryAndMayBeRetried) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.steps[0].timeout = given(Millis{1000});
    world.one.steps[0].retry = attempts(2);
    world.does["s"] = {{.sleep = Millis{5000}}, {.sleep = Millis{900}}};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.clock.elapsed(), Millis{2900}) << "1 s limit, 1 s wait, 0.9 s";
}

TEST(Timeout, AStepThatEndsInTimeIsLeftAlone) {
    Steps world;
    world.one.timeout = given(Millis{1000});
    world.one.steps = {step("s")};
    world.does["s"] = {{.sleep = Millis{999}}};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.clock.sleepers(), 0U) << "the watch must not outlive the try";
}

TEST(Timeout, HoldsForConditionsToo) {
    Steps world;
    world.one.timeout = given(Millis{1000});
    world.one.steps = {step("s", When::Success, "sleep 99")};
    world.does["s?"] = {{.sleep = Millis{99000}}};
    EXPECT_EQ(world.go().exitStatus, 1);
}

TEST(Deadline, OfAJobFailsItAndRunsItsCleanup) {
    Steps world;
    world.one.deadline = given(Millis{4000});
    world.one.steps = {step("slow"), step("next"), step("roll", When::Failure), step("tidy", When::Always)};
    world.does["slow"] = {{.sleep = Millis{600000}}};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_TRUE(world.ofJob().timeout);
    EXPECT_TRUE(world.of("slow").timeout);
    EXPECT_EQ(world.of("next").skip, SkipReason::NeedFailed);
    EXPECT_TRUE(world.of("roll").ok() && world.of("tidy").ok());
}

TEST(Deadline, OfAJobInTheWaitBetweenTriesKeepsTheCode) {
    Steps world;
    world.one.deadline = given(Millis{4000});
    world.one.steps = {step("s")};
    world.one.steps[0].retry = attempts(9, plan::Backoff::Constant, Millis{10000});
    world.does["s"] = {failing(9)};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_TRUE(world.of("s").timeout);
    EXPECT_EQ(world.of("s").exit, 9);
}

TEST(Deadline, OfAJobLeavesNoTimeForAnotherTry) {
    Steps world;
    world.one.deadline = given(Millis{4000});
    world.one.steps = {step("s")};
    world.one.steps[0].retry = attempts(9);
    world.does["s"] = {{.sleep = Millis{600000}}};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.clock.elapsed(), Millis{4000});
    EXPECT_TRUE(world.journal.all<event::StepRetrying>().empty());
}

TEST(Deadline, OfTheWorkflowExits124) {
    Steps world;
    world.whole.deadline = given(Millis{4000});
    world.one.steps = {step("slow"), step("tidy", When::Always)};
    world.does["slow"] = {{.sleep = Millis{600000}}};
    EXPECT_EQ(world.go().exitStatus, 124);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Cancelled);
    EXPECT_TRUE(world.of("tidy").ok());
}

// Wrong: the first cleanup's timer is forgotten and not stopped, and the run waits for it after its verdict.
TEST(Deadline, OfAJobThatIsThenCancelledEndsWithItsLastStep) {
    Steps world;
    world.one.deadline = given(Millis{2000});
    world.one.steps = {step("slow"), step("tidy", When::Always)};
    world.does["slow"] = {{.sleep = Millis{600000}}};
    world.does["tidy"] = {{.sleep = Millis{1000}}};
    world.journal.onEvent = [&](const event::Event& event) {
        const auto* started = std::get_if<event::StepStarted>(&event.body);
        if (started != nullptr && started->name == "tidy") {
            EXPECT_TRUE(world.control->cancelJob("a"));
        }
    };
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_LE(world.clock.elapsed(), Millis{3000});
}

TEST(CancelSteps, StopsTheStepThenRunsCancelledAndAlwaysSteps) {
    Steps world;
    world.one.steps = {step("build"), step("deploy"), step("roll", When::Failure),
                       step("tell", When::Cancelled), step("tidy", When::Always)};
    world.does["build"] = {{.sleep = Millis{60000}}};
    world.cancels = {{Millis{1000}, 15}};
    EXPECT_EQ(world.go().exitStatus, 143);
    EXPECT_EQ(world.of("build").kind, OutcomeKind::Cancelled);
    EXPECT_EQ(world.of("deploy").skip, SkipReason::Cancelled)
        << "a deploy after a cancel is the worst of all";
    EXPECT_EQ(world.of("roll").skip, SkipReason::Cancelled);
    EXPECT_TRUE(world.of("tell").ok() && world.of("tidy").ok());
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Cancelled);
}

TEST(CancelSteps, ADeployDoesNotRunAfterAStepThatIgnoredTheCancel) {
    Steps world;
    world.one.steps = {step("build"), step("deploy")};
    world.does["build"] = {{.sleep = Millis{60000}, .exitsWell = true}};
    world.cancels = {{Millis{1000}, 2}};
    EXPECT_EQ(world.go().exitStatus, 130);
    EXPECT_EQ(world.journal.tries("a", "deploy"), 0);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Cancelled);
}

TEST(CancelSteps, CleanupHasABudget) {
    Steps world;
    world.one.steps = {step("build"), step("tidy", When::Always), step("more", When::Always)};
    world.does["build"] = {{.sleep = Millis{600000}}};
    world.does["tidy"] = {{.sleep = Millis{600000}, .grace = Millis{100000}}};
    world.cancels = {{Millis{1000}, 2}};
    EXPECT_EQ(world.go().exitStatus, 130);
    EXPECT_EQ(world.clock.elapsed(), Millis{31000});
    EXPECT_EQ(world.of("more").skip, SkipReason::Cancelled);
}

TEST(CancelSteps, ASecondSignalEndsAtOnce) {
    Steps world;
    world.one.steps = {step("build"), step("tidy", When::Always)};
    world.does["build"] = {{.sleep = Millis{600000}, .grace = Millis{10000}}};
    world.cancels = {{Millis{1000}, 2}, {Millis{1500}, 2}};
    EXPECT_EQ(world.go().exitStatus, 130);
    EXPECT_EQ(world.clock.elapsed(), Millis{1500});
    EXPECT_EQ(world.of("tidy").skip, SkipReason::Cancelled);
    EXPECT_EQ(world.executor.closed, 1);
}

TEST(CancelSteps, EndsTheWaitBetweenTries) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.steps[0].retry = attempts(9, plan::Backoff::Constant, Millis{50000});
    world.does["s"] = {failing(1)};
    world.cancels = {{Millis{1000}, 2}};
    EXPECT_EQ(world.go().exitStatus, 130);
    EXPECT_EQ(world.clock.elapsed(), Millis{1000});
    EXPECT_EQ(world.journal.tries("a", "s"), 1);
}

TEST(CancelSteps, WhilePreparingRunsNoStepAtAll) {
    Steps world;
    world.one.steps = {step("s"), step("tidy", When::Always)};
    world.executor.siteScript = [](const exec::Place&) { return SiteScript{.prepareTime = Millis{9000}}; };
    world.cancels = {{Millis{1000}, 2}};
    EXPECT_EQ(world.go().exitStatus, 130);
    EXPECT_EQ(world.executor.steps, 0);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Cancelled)
        << "stopping to prepare is no failure of our system";
    EXPECT_EQ(world.executor.closed, 1);
}

// An artifact that would not be saved after the cancel is not waited for.
TEST(CancelSteps, WhileSavingAnArtifactEndsIt) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.outputs = {{"dist", "dist", false}};
    world.executor.siteScript = [](const exec::Place&) { return SiteScript{.filesTime = Millis{9000}}; };
    world.cancels = {{Millis{1000}, 2}};
    EXPECT_EQ(world.go().exitStatus, 130);
    EXPECT_EQ(world.clock.elapsed(), Millis{1000});
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Cancelled);
    EXPECT_TRUE(world.executor.saved.empty());
}

// What is kept of a cancelled job is kept of this one, too; a second cancel is for everything.
TEST(CancelSteps, WhileSavingWhatIsAlwaysSavedTakesTwo) {
    for (const bool twice : {false, true}) {
        Steps world;
        world.one.steps = {step("s")};
        world.one.outputs = {{"logs", "logs", true}};
        world.executor.siteScript = [](const exec::Place&) { return SiteScript{.filesTime = Millis{9000}}; };
        world.cancels = {{Millis{1000}, 2}};
        if (twice) {
            world.cancels.push_back({Millis{2000}, 2});
        }
        EXPECT_EQ(world.go().exitStatus, 130);
        EXPECT_EQ(world.clock.elapsed(), Millis{twice ? 2000 : 9000});
        EXPECT_EQ(world.executor.saved.size(), twice ? 0U : 1U);
    }
}

TEST(CancelSteps, WhileReadingAReportTakesTwo) {
    for (const bool twice : {false, true}) {
        Steps world;
        world.one.steps = {step("s")};
        world.one.reports.push_back({"junit.xml", "", "", true});
        world.executor.siteScript = [](const exec::Place&) { return SiteScript{.filesTime = Millis{9000}}; };
        world.cancels = {{Millis{1000}, 2}};
        if (twice) {
            world.cancels.push_back({Millis{2000}, 2});
        }
        EXPECT_EQ(world.go().exitStatus, 130);
        EXPECT_EQ(world.clock.elapsed(), Millis{twice ? 2000 : 9000});
        EXPECT_NE(world.ofJob().kind, OutcomeKind::Infrastructure);
    }
}

} // namespace
} // namespace cirque::testing
