// SPDX-License-Identifier: Apache-2.0
// One test for each way in which a CI of this kind was seen to report success for something that failed. Each
// would be a red pipeline shown green if it failed.
#include "tests/functional/support/project.hh"

#include <fmt/format.h>

namespace cirque::test {
namespace {

std::string planOfJobs(const std::string& jobs, const std::string& extra = "") {
    return fmt::format(R"json({{"plan":1,"name":"t"{},"jobs":{{{}}}}})json", extra.empty() ? "" : "," + extra,
                       jobs);
}

Ran runPlan(const Project& project, const std::string& document, std::vector<std::string> more = {}) {
    project.write("p.json", document);
    more.insert(more.begin(), {"run", "p.json"});
    return project.cirque(std::move(more));
}

TEST(FalseGreen, ExhaustedRetriesFailAndKeepTheLastStatus) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json("a":{"steps":[{"name":"s","run":"exit 9",
        "retry":{"max_attempts":3,"min_time":0}}]})json"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("exit 9")) << ran.all();
}

TEST(FalseGreen, ATimedOutStepFailsItsJobAndTheStepsAfterItDoNotRun) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json("a":{"steps":[
        {"name":"slow","run":"sleep 600","timeout":1},
        {"name":"next","run":"echo MUST-NOT-RUN"}]})json"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("MUST-NOT-RUN")) << ran.all();
    EXPECT_TRUE(ran.outHas("timed out")) << ran.all();
    project.expectNoLeftovers();
}

TEST(FalseGreen, AJobConditionIsHonouredUnderBothItsNames) {
    const Project project;
    project.write("ci.nix", R"json({ cirque, ... }: cirque.mkWorkflow { name = "c"; jobs = {
      a = { condition = "false"; steps = [ { bash = "echo RAN-A"; } ]; };
      b = { "if" = "false"; steps = [ { bash = "echo RAN-B"; } ]; };
      c = { steps = [ { bash = "echo RAN-C"; condition = "false"; } { bash = "echo RAN-D"; "if" = "false"; } ]; };
    }; })json");
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    for (const char* text : {"RAN-A", "RAN-B", "RAN-C", "RAN-D"}) {
        EXPECT_FALSE(ran.outHas(text)) << ran.all();
    }
}

TEST(FalseGreen, FailureAndAlwaysJobsRunAfterAFailureAndTheRunStaysRed) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json(
        "test":{"steps":[{"name":"s","run":"exit 1"}]},
        "rollback":{"needs":["test"],"condition":"failure()","steps":[{"name":"s","run":"echo ROLLED-BACK"}]},
        "notify":{"needs":["test"],"condition":"always()","steps":[{"name":"s","run":"echo NOTIFIED"}]},
        "deploy":{"needs":["test"],"steps":[{"name":"s","run":"echo DEPLOYED"}]})json"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("ROLLED-BACK")) << ran.all();
    EXPECT_TRUE(ran.outHas("NOTIFIED")) << ran.all();
    EXPECT_FALSE(ran.outHas("DEPLOYED")) << ran.all();
}

TEST(FalseGreen, AToleratedFailureIsShownAndNeitherFailsTheRunNorStopsDependants) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json(
        "flaky":{"continueOnError":true,"steps":[{"name":"s","run":"exit 4"}]},
        "after":{"needs":["flaky"],"steps":[{"name":"s","run":"echo AFTER"}]})json"));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("AFTER")) << ran.all();
    EXPECT_TRUE(ran.outHas("exit 4")) << ran.all();
}

TEST(FalseGreen, AFailingWorkflowProviderFailsTheRun) {
    const Project project;
    const Ran ran = runPlan(
        project, planOfJobs(R"json("a":{"steps":[{"name":"s","run":"echo RAN"}]})json",
                            R"json("envFrom":[{"kind":"required","names":["NOBODY_SETS_THIS"]}])json"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
    EXPECT_TRUE((ran.out + ran.err).find("NOBODY_SETS_THIS") != std::string::npos) << ran.all();
}

TEST(FalseGreen, AMissingOutputArtifactFailsTheJob) {
    const Project project;
    const Ran ran = runPlan(
        project, planOfJobs(R"json("a":{"steps":[{"name":"s","run":":"}],"outputs":{"dist":"dist/"}})json"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("dist")) << ran.all();
}

TEST(FalseGreen, AnInputWithoutAnUpstreamProducerIsAPlanError) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json(
        "a":{"steps":[{"name":"s","run":"touch x"}],"outputs":{"x":"x"}},
        "b":{"inputs":["x"],"steps":[{"name":"s","run":":"}]})json"));
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("needs")) << ran.all();
}

TEST(FalseGreen, AValueInAConditionIsNeverRunAsCode) {
    Project project;
    project.set("BRANCH", "$(touch${IFS}" + project.root() + "/injected)");
    const Ran ran = runPlan(project, planOfJobs(R"json("a":{"condition":"[ \"$BRANCH\" = main ]",
        "steps":[{"name":"s","run":"echo RAN"}]})json",
                                                R"json("passEnv":["PATH","BRANCH"])json"));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
    EXPECT_EQ(project.shell("test -e ../injected").status, 1) << "the value was executed";
}

TEST(FalseGreen, AConditionWithPipesQuotesAndSeveralLinesIsOneCondition) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json(
        "a":{"condition":"[ a = b ] || [ 'a b' = \"a b\" ]","steps":[{"name":"s","run":"echo RAN-A"}]},
        "b":{"condition":"true\nfalse","steps":[{"name":"s","run":"echo RAN-B"}]},
        "c":{"condition":"[ -z \"$UNSET_VARIABLE\" ]","steps":[{"name":"s","run":"echo RAN-C"}]})json"));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("RAN-A")) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN-B")) << ran.all();
    EXPECT_TRUE(ran.outHas("RAN-C")) << ran.all();
}

TEST(FalseGreen, AConditionThatBreaksFailsTheJobInsteadOfSkippingIt) {
    const Project project;
    const Ran ran = runPlan(
        project,
        planOfJobs(R"json("a":{"condition":"no-such-program","steps":[{"name":"s","run":"echo RAN"}]})json"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
    EXPECT_TRUE(ran.outHas("127")) << ran.all();
}

TEST(FalseGreen, ASkippedNeedSkipsItsDependants) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json(
        "a":{"condition":"false","steps":[{"name":"s","run":":"}]},
        "b":{"needs":["a"],"steps":[{"name":"s","run":"echo RAN"}]})json"));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
}

TEST(FalseGreen, AFailureElsewhereDoesNotStopAnIndependentBranch) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json(
        "bad":{"steps":[{"name":"s","run":"exit 1"}]},
        "x":{"steps":[{"name":"s","run":":"}]},
        "y":{"needs":["x"],"steps":[{"name":"s","run":"echo BRANCH-DONE"}]})json"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("BRANCH-DONE")) << ran.all();
}

TEST(FalseGreen, AFailureInAPipelineOrOfAnUnsetVariableFailsTheStep) {
    const Project project;
    EXPECT_EQ(
        runPlan(project, planOfJobs(R"json("a":{"steps":[{"name":"s","run":"false | true"}]})json")).status,
        1);
    EXPECT_EQ(
        runPlan(project, planOfJobs(R"json("a":{"steps":[{"name":"s","run":"echo $NOT_SET_AT_ALL"}]})json"))
            .status,
        1);
    EXPECT_EQ(
        runPlan(project, planOfJobs(R"json("a":{"steps":[{"name":"s","run":"false\ntrue"}]})json")).status,
        1);
}

TEST(FalseGreen, AStepKilledByASignalFails) {
    const Project project;
    const Ran ran =
        runPlan(project, planOfJobs(R"json("a":{"steps":[{"name":"s","run":"kill -SEGV $$"}]})json"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("SIGSEGV")) << ran.all();
}

TEST(FalseGreen, APlanWithoutJobsIsAnError) {
    const Project project;
    EXPECT_EQ(runPlan(project, planOfJobs("")).status, 2);
}

TEST(FalseGreen, AMisspeltKeyIsAnErrorWithASuggestion) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json("a":{"need":["b"],"steps":[{"name":"s","run":":"}]},
        "b":{"steps":[{"name":"s","run":":"}]})json"));
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("needs")) << ran.all();
}

TEST(FalseGreen, PartsThisVersionCannotRunAreRefusedByName) {
    const Project project;
    const Ran ran = runPlan(project, planOfJobs(R"json(
        "web":{"executor":{"kind":"nomad"},"steps":[{"name":"s","run":":"}]},
        "db":{"services":{"pg":{"image":"postgres","volumes":["/data:/data"]}},"steps":[{"name":"s","run":":"}]})json"));
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("web") && ran.errHas("nomad") && ran.errHas("db") && ran.errHas("services"))
        << ran.all();
}

} // namespace
} // namespace cirque::test
