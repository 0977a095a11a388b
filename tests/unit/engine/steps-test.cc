// SPDX-License-Identifier: Apache-2.0
// The steps of an attempt: conditions, retry, results and artifacts, each sentence of docs/contracts.md.
#include "tests/unit/engine/steps-world.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

using plan::When;

TEST(Steps, RunInOrderAndAFailureSkipsTheRest) {
    Steps world;
    world.one.steps = {step("first"), step("second"), step("third")};
    world.does["second"] = {failing(7)};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_TRUE(world.of("first").ok());
    EXPECT_EQ(world.of("second").exit, 7);
    EXPECT_EQ(world.of("third").skip, SkipReason::NeedFailed);
    EXPECT_EQ(world.ofJob().exit, 7) << "the step's own code must not be lost";
    EXPECT_NE(world.ofJob().message.find("second"), std::string::npos);
}

TEST(Steps, FailureAndAlwaysStepsRunAfterAFailure) {
    Steps world;
    world.one.steps = {step("bad"), step("roll", When::Failure), step("tidy", When::Always),
                       step("gone", When::Cancelled)};
    world.does["bad"] = {failing(1)};
    world.go();
    EXPECT_TRUE(world.of("roll").ok());
    EXPECT_TRUE(world.of("tidy").ok());
    EXPECT_EQ(world.of("gone").skip, SkipReason::OwnCondition);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Failed) << "cleaning up well does not mend the failure";
}

TEST(Steps, FailureStepIsSkippedWhenAllIsWell) {
    Steps world;
    world.one.steps = {step("good"), step("roll", When::Failure)};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.of("roll").skip, SkipReason::OwnCondition);
}

TEST(Steps, ASkippedStepIsNoFailure) {
    Steps world;
    world.one.steps = {step("maybe", When::Success, "false"), step("next")};
    world.does["maybe?"] = {failing(1)};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.of("maybe"), Outcome::skipped(SkipReason::OwnCondition));
    EXPECT_TRUE(world.of("next").ok());
}

TEST(Steps, OnlyExitZeroOfAConditionIsTrue) {
    Steps world;
    world.one.steps = {step("cond", When::Success, "x"), step("later"), step("tidy", When::Always)};
    world.does["cond?"] = {failing(2)};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.of("cond").kind, OutcomeKind::Failed);
    EXPECT_NE(world.of("cond").message.find("exit 2"), std::string::npos) << world.of("cond").message;
    EXPECT_EQ(world.journal.tries("a", "cond"), 0);
    EXPECT_EQ(world.of("later").skip, SkipReason::NeedFailed);
    EXPECT_TRUE(world.of("tidy").ok());
}

TEST(Steps, AConditionKilledByASignalIsAFailureNotAFalse) {
    Steps world;
    world.one.steps = {step("cond", When::Success, "x")};
    world.does["cond?"] = {{.outcome = Outcome::failedSignal(11)}};
    EXPECT_EQ(world.go().exitStatus, 1);
}

TEST(Steps, ABashConditionRunsOnlyIfItsWhenHolds) {
    Steps world;
    world.one.steps = {step("roll", When::Failure, "x")};
    world.go();
    EXPECT_EQ(world.executor.steps, 0);
}

TEST(Steps, AConditionTravelsAsDataWithTheStepsEnvironment) {
    Steps world;
    world.one.steps = {step("s", When::Success, R"([ "$A" = '$(touch /tmp/x)' ] || exit 1)")};
    world.one.steps[0].env = {{"A", {plan::Value::Kind::Literal, "v", ""}}};
    world.go();
    const exec::StepSpec& condition = world.executor.specs.front();
    EXPECT_TRUE(condition.isCondition);
    EXPECT_EQ(condition.conditionScript, world.one.steps[0].condition.bash);
    EXPECT_EQ(condition.env.above.front().front().name, "A");
}

TEST(JobCondition, FalseSkipsTheJobGreen) {
    Steps world;
    world.one.condition.bash = "exit 1";
    world.one.steps = {step("s")};
    world.does["?"] = {failing(1)};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.ofJob(), Outcome::skipped(SkipReason::OwnCondition));
    EXPECT_EQ(world.executor.closed, 1);
}

TEST(JobCondition, AnythingButZeroAndOneFailsTheJob) {
    Steps world;
    world.one.condition.bash = "oops";
    world.one.steps = {step("s")};
    world.does["?"] = {failing(127)};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_NE(world.ofJob().message.find("127"), std::string::npos);
    EXPECT_FALSE(world.journal.step("a", "s"));
}

TEST(Retry, TheLastTryDecidesAndItsCodeIsKept) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.steps[0].retry = attempts(3, plan::Backoff::Exponential);
    world.does["s"] = {failing(5), failing(6), failing(7)};
    EXPECT_EQ(world.go().exitStatus, 1) << "used up retries are a failure";
    EXPECT_EQ(world.of("s").exit, 7);
    EXPECT_EQ(world.journal.tries("a", "s"), 3);
    EXPECT_EQ(world.clock.elapsed(), Millis{3000}) << "1 s, then 2 s";
    EXPECT_EQ(world.journal.all<event::StepRetrying>()[1].outcome.exit, 6);
}

TEST(Retry, SucceedsOnALaterTry) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.retry = attempts(5, plan::Backoff::Linear);
    world.does["s"] = {failing(5), failing(6), Script{}};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.clock.elapsed(), Millis{3000});
    EXPECT_EQ(world.of("s").kind, OutcomeKind::Succeeded);
}

TEST(Retry, DoesNotReachTheNextStep) {
    Steps world;
    world.one.steps = {step("s"), step("t", When::Always)};
    world.one.steps[0].retry = attempts(2);
    world.does["s"] = {failing(1)};
    world.does["t"] = {failing(1)};
    world.go();
    EXPECT_EQ(world.journal.tries("a", "t"), 1);
}

TEST(Retry, AFailureOfThePlaceIsNotTriedAgain) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.steps[0].retry = attempts(5);
    world.does["s"] = {{.outcome = Outcome::infrastructure("cannot fork")}};
    EXPECT_EQ(world.go().exitStatus, 3);
    EXPECT_EQ(world.journal.tries("a", "s"), 1);
}

TEST(Results, ReachDependantsUnderTheirNames) {
    Steps world;
    world.one.name = "a";
    world.one.steps = {step("s"), step("t")};
    world.one.results = {"version"};
    world.does["s"] = {{.outputs = {{"version", "1"}, {"other", "x"}}}};
    world.does["t"] = {{.outputs = {{"version", "2 $(x)"}}}};
    plan::Job next = job("my-job", {"a"});
    next.env = {{"V", {plan::Value::Kind::Result, "version", "a"}}};
    EXPECT_EQ(world.run(planOf({world.one, next})).exitStatus, 0);
    const exec::StepSpec* spec = world.executor.spec("my-job", "run");
    ASSERT_NE(spec, nullptr);
    std::map<std::string, std::string> top;
    for (const exec::Var& var : spec->env.above.back()) {
        top[var.name] = var.value;
    }
    EXPECT_EQ(top["NEEDS_A_VERSION"], "2 $(x)") << "the later step wins, bytes stay bytes";
    EXPECT_FALSE(top.contains("NEEDS_A_OTHER")) << "only what the job's results name is exported";
    EXPECT_EQ(top["JOB_NAME"], "my-job");
    EXPECT_EQ(top["STEP_NAME"], "run");
    EXPECT_EQ(top["WORKFLOW_NAME"], "w");
    EXPECT_EQ(top["CIRQUE"], "1");
    EXPECT_TRUE(top.contains("CIRQUE_RUN_ID") && top.contains("WORKFLOW_ID"));
    ASSERT_EQ(world.env.seen["my-job"].size(), 1U);
    EXPECT_EQ(world.env.seen["my-job"][0].second, "2 $(x)");
}

TEST(Results, AMissingOneFailsTheJobAndSavesNothing) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.results = {"version"};
    world.one.outputs = {{"out", "out", false}};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_NE(world.ofJob().message.find("'version'"), std::string::npos);
    EXPECT_FALSE(world.ofJob().hint.empty());
    EXPECT_TRUE(world.executor.saved.empty());
}

TEST(Artifacts, AMissingPathFailsTheJob) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.outputs = {{"out", "dist", false}};
    world.executor.siteScript = [](const exec::Place&) {
        SiteScript site;
        site.save["out"] = Error{ErrorCode::NotFound, "no such path 'dist'", {}, {}};
        return site;
    };
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_NE(world.ofJob().message.find("out"), std::string::npos);
}

TEST(Artifacts, AreSavedOnlyOnSuccessButAlwaysOnesInAnyCase) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.outputs = {{"bin", "bin", false}, {"logs", "logs", true}};
    world.does["s"] = {failing(4)};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.executor.saved, std::vector<std::string>{"a:logs"});
}

TEST(Artifacts, SavingWellDoesNotHideTheFailureNorSavingBadlyReplaceIt) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.outputs = {{"logs", "logs", true}};
    world.does["s"] = {failing(4)};
    world.executor.siteScript = [](const exec::Place&) {
        SiteScript site;
        site.save["logs"] = Error{ErrorCode::NotFound, "gone", {}, {}};
        site.close = fail(ErrorCode::Io, "cannot remove");
        return site;
    };
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.ofJob().exit, 4);
    EXPECT_EQ(world.journal.all<event::Notice>().size(), 2U);
}

TEST(Artifacts, AMissingInputFailsTheJobBeforeItsSteps) {
    Steps world;
    world.one.steps = {step("s")};
    world.one.inputs = {{"bin", "."}};
    world.executor.siteScript = [](const exec::Place&) {
        SiteScript site;
        site.restore["bin"] = Error{ErrorCode::NotFound, "no such artifact", {}, {}};
        return site;
    };
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.executor.steps, 0);
}

TEST(Outcomes, OfAStepStayApart) {
    Steps world;
    world.one.steps = {step("s")};
    world.does["s"] = {{.outcome = Outcome::failedSignal(9, true)}};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_TRUE(world.ofJob().oom);
    EXPECT_EQ(world.ofJob().signal, 9);
}

TEST(Outcomes, ACancelNobodyAskedForIsOurFailure) {
    Steps world;
    world.one.steps = {step("s")};
    world.does["s"] = {{.outcome = Outcome::cancelled()}};
    EXPECT_EQ(world.go().exitStatus, 3);
}

TEST(Outcomes, AJobOfCachedBuildsIsCached) {
    Steps world;
    world.one.steps = {step("s"), step("t")};
    world.does["s"] = world.does["t"] = {{.outcome = Outcome::cached()}};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Cached);
}

} // namespace
} // namespace cirque::testing
