// SPDX-License-Identifier: Apache-2.0
// The environment of a step: the order of the levels, JOB_ENV, outputs, secrets. A wrong order silently
// deploys the wrong thing.
#include "tests/functional/support/project.hh"

#include <fmt/format.h>

namespace cirque::test {
namespace {

Ran runPlan(const Project& project, const std::string& document, std::vector<std::string> more = {}) {
    project.write("p.json", document);
    more.insert(more.begin(), {"run", "p.json"});
    return project.cirque(std::move(more));
}

TEST(Environment, EachLevelWinsOverTheOneBelow) {
    Project project;
    project.write("wf.env", "A=workflow-file\nB=workflow-file\n");
    project.write("job.env", "A=job-file\nB=job-file\nC=job-file\nD=job-file\n");
    project.set("A", "caller");
    const std::string document = R"json({"plan":1,"name":"t","passEnv":["PATH","A"],
        "envFrom":[{"kind":"file","path":"wf.env"}],
        "env":{"B":"workflow","C":"workflow"},
        "jobs":{"j":{"envFrom":[{"kind":"file","path":"job.env"}],"env":{"D":"job","E":"job","F":"job"},
          "steps":[
            {"name":"set","run":"echo E=job-env >> $JOB_ENV; echo F=job-env >> $JOB_ENV"},
            {"name":"show","env":{"F":"step","G":"step"},"run":"echo A=$A B=$B C=$C D=$D E=$E F=$F G=$G"}]}}})json";
    const Ran ran = runPlan(project, document);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("A=job-file B=job-file C=job-file D=job E=job-env F=step G=step")) << ran.all();
    const Ran over = runPlan(project, document, {"--env", "G=override", "--env", "A=override"});
    EXPECT_TRUE(over.outHas("A=override B=job-file C=job-file D=job E=job-env F=step G=override"))
        << over.all();
}

TEST(Environment, OnlyPassedVariablesOfTheCallerReachASteps) {
    Project project;
    project.set("MY_TOKEN", "leak");
    const std::string document =
        R"json({"plan":1,"name":"t","jobs":{"j":{"steps":[{"name":"s","run":"echo token=${MY_TOKEN-none} ci=$CI home=$HOME"}]}}})json";
    const Ran ran = runPlan(project, document);
    EXPECT_TRUE(ran.outHas("token=none ci=true home=" + project.root())) << ran.all();
    EXPECT_TRUE(runPlan(project, document, {"--inherit-env"}).outHas("token=leak"));
}

TEST(Environment, AFileTheCallersBashWouldReadFirstDoesNotReachTheSteps) {
    Project project;
    project.write("first.sh", "exit 0\n");
    project.set("BASH_ENV", project.dir() + "/first.sh");
    const Ran ran = project.cirque({"run", project.planOf({"exit 4"}), "--inherit-env"});
    EXPECT_EQ(ran.status, 1) << ran.all();
}

TEST(Environment, TheCallersShellOptionsAndFunctionsDoNotReachTheSteps) {
    const std::string run = std::string(CIRQUE_PROGRAM) + " run plan.json --inherit-env";
    for (const std::string& caller :
         {"env SHELLOPTS=noexec " + run, "exit() { builtin exit 0; }; export -f exit; exec " + run}) {
        Project project;
        project.planOf({"exit 4"});
        const Ran ran = project.shell(caller);
        EXPECT_EQ(ran.status, 1) << caller << ran.all();
    }
}

TEST(Environment, WhatCirqueSetsItselfCannotBeOverridden) {
    const Project project;
    const Ran own = project.cirque({"run", project.planOf({"true"}), "--env", "JOB_NAME=x"});
    EXPECT_EQ(own.status, 2) << own.all();
    EXPECT_TRUE(own.errHas("JOB_NAME")) << own.all();
    EXPECT_EQ(project.cirque({"run", project.planOf({"true"}), "--env", "BAD-NAME=x"}).status, 2);
}

TEST(Environment, AStepsOwnVariablesDoNotReachTheNextStep) {
    const Project project;
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{"j":{"steps":[
        {"name":"a","env":{"X":"1"},"run":"export Y=2"},
        {"name":"b","run":"echo x=${X-none} y=${Y-none}"}]}}})json");
    EXPECT_TRUE(ran.outHas("x=none y=none")) << ran.all();
}

TEST(Environment, JobEnvIsSourcedAsBashAndCarriesSeveralLines) {
    const Project project;
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{"j":{"steps":[
        {"name":"a","run":"printf 'export PATH=\"/extra:$PATH\"\\nKEY=\"one\\ntwo\"\\n' >> $JOB_ENV"},
        {"name":"b","run":"echo \"${PATH%%:*}\"; echo \"$KEY\" | wc -l"}]}}})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[j/b] /extra")) << ran.all();
    EXPECT_TRUE(ran.outHas("[j/b] 2")) << ran.all();
}

TEST(Environment, ABrokenJobEnvFailsTheStepThatWroteIt) {
    const Project project;
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{"j":{"steps":[
        {"name":"a","run":"echo 'FOO=a b c' >> $JOB_ENV"},{"name":"b","run":"echo NEXT"}]}}})json");
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("NEXT")) << ran.all();
}

TEST(Environment, AResultReachesTheJobsThatNeedItAndTheirEnv) {
    const Project project;
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{
        "make it":{"results":["version"],"steps":[{"name":"s","run":"echo version=1.2.3 >> $CIRQUE_OUTPUT"}]},
        "use":{"needs":["make it"],"env":{"V":{"result":"make it","name":"version"}},
               "steps":[{"name":"s","run":"echo got $V $NEEDS_MAKE_IT_VERSION"}]}}})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("got 1.2.3 1.2.3")) << ran.all();
}

TEST(Environment, AMissingResultFailsTheJobThatPromisedIt) {
    const Project project;
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{
        "a":{"results":["version"],"steps":[{"name":"s","run":":"}]}}})json");
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("version")) << ran.all();
}

TEST(Environment, ADynamicMatrixGrowsTheGraph) {
    const Project project;
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{
        "discover":{"results":["targets"],"steps":[{"name":"s","run":"echo 'targets=[\"alpha\",\"beta\"]' >> $CIRQUE_OUTPUT"}]},
        "build":{"needs":["discover"],"matrix":{"axes":{"target":{"result":"discover","name":"targets"}}},
                 "steps":[{"name":"s","run":"echo building $MATRIX_TARGET"}]},
        "done":{"needs":["build"],"steps":[{"name":"s","run":"echo ALL-BUILT"}]}}})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("building alpha") && ran.outHas("building beta") && ran.outHas("ALL-BUILT"))
        << ran.all();
}

TEST(Secrets, ASecretIsOnlyInItsStepAndNeverInALog) {
    Project project;
    project.set("DEPLOY_KEY", "s3cr3t-value-of-mine");
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{
        "a":{"steps":[{"name":"s","env":{"KEY":{"secret":"DEPLOY_KEY"}},"run":"echo key is $KEY; echo ${#KEY}"}]},
        "b":{"steps":[{"name":"s","run":"echo b has ${KEY-nothing}"}]}}})json",
                            {"--secret", "DEPLOY_KEY"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("key is ***")) << ran.all();
    EXPECT_TRUE(ran.outHas("b has nothing")) << ran.all();
    EXPECT_EQ(project.shell("grep -rl s3cr3t-value-of-mine " + project.state()).status, 1)
        << "on disk in clear";
}

// Whoever gives a secret another value by hand has still a secret.
TEST(Secrets, AnotherValueFromTheCommandLineIsHiddenToo) {
    Project project;
    project.set("KEY", "s3cr3t-value-of-mine");
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{"a":{"env":{"KEY":{"secret":"KEY"}},
        "steps":[{"name":"s","run":"echo key is $KEY"}]}}})json",
                            {"--secret", "KEY", "--env", "KEY=another-by-hand"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("key is ***")) << ran.all();
}

// Wrong: nobody says that a value this short is not hidden, or what says so tells it.
TEST(Secrets, OneTooShortToBeHiddenIsToldOnceByItsVariable) {
    Project project;
    project.set("PIN", "~7");
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","env":{"CODE":{"secret":"PIN"}},"jobs":{
        "a":{"steps":[{"name":"s","run":"true"}]},"b":{"steps":[{"name":"s","run":"true"}]}}})json",
                            {"--secret", "PIN"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const std::string said = "logs show the value of CODE: a secret of fewer than 3 bytes is not masked";
    EXPECT_TRUE(ran.outHas(said)) << ran.all();
    EXPECT_EQ(ran.out.find(said), ran.out.rfind(said)) << ran.all();
    EXPECT_EQ(ran.all().find("~7"), std::string::npos) << ran.all();
}

TEST(Secrets, AMissingSecretStopsTheRunBeforeItBegins) {
    const Project project;
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{
        "a":{"steps":[{"name":"s","env":{"KEY":{"secret":"DEPLOY_KEY"}},"run":"echo RAN"}]}}})json");
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("DEPLOY_KEY")) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
}

TEST(Secrets, ValuesOfASecretFileProviderAreRedacted) {
    const Project project;
    project.write(".env", "TOKEN=\"hush-hush-12345\"\n");
    const Ran ran = runPlan(project, R"json({"plan":1,"name":"t","jobs":{"a":{
        "envFrom":[{"kind":"file","path":".env","required":true,"secrets":true}],
        "steps":[{"name":"s","run":"echo token $TOKEN"}]}}})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("token ***")) << ran.all();
}

// Wrong: the last one wins, and a deploy gets the value of another member.
TEST(Environment, ResultsOfMembersThatWouldBeOneVariableFailTheJobThatNeedsThem) {
    const Project project;
    project.write("p.json", R"json({"plan": 1, "name": "p", "jobs": {
      "m": {"copyRepo": false, "matrix": {"axes": {"v": ["a.b", "a_b"]}}, "results": ["r"],
            "steps": [{"run": "echo \"r=$MATRIX_V\" >> \"$CIRQUE_OUTPUT\""}]},
      "z": {"copyRepo": false, "needs": ["m"], "steps": [{"run": "env | grep NEEDS"}]}}})json");
    const Ran ran = project.cirque({"run", "p.json", "--no-tui"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("would both be NEEDS_M_V_A_B_R")) << ran.all();
    EXPECT_FALSE(ran.outHas("NEEDS_M_V_A_B_R=")) << ran.all();
}

} // namespace
} // namespace cirque::test
