// SPDX-License-Identifier: Apache-2.0
// Cancel, crash and what is left: a stuck job or an orphaned process would be the failure.
#include "tests/functional/support/project.hh"

#include <fmt/format.h>

#include <csignal>

namespace cirque::test {
namespace {

// A step that says it lives and then holds on, with a child that detached itself and ignores TERM.
std::string holdOn(const Project& project, const std::string& mark) {
    return fmt::format("(trap '' TERM; setsid sleep 600 & disown; touch {0}/{1}; sleep 600)", project.dir(),
                       mark);
}

TEST(Cancel, InterruptExitsWith130AndStopsEverything) {
    const Project project;
    project.write("p.json",
                  fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "work":{{"steps":[{{"name":"s","run":{}}}]}},
        "deploy":{{"needs":["work"],"steps":[{{"name":"s","run":"echo DEPLOYED"}}]}}}}}})json",
                              quoteJson("touch $JOB_DIR/x; touch " + project.dir() + "/alive; sleep 600")));
    Running run = project.start({"run", "p.json"});
    project.waitFor("alive");
    run.signal(SIGINT);
    const Ran ran = run.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_FALSE(ran.outHas("DEPLOYED")) << ran.all();
    project.expectNoLeftovers();
    const Ran runs = project.cirque({"runs", "--json"});
    EXPECT_TRUE(runs.outHas("\"cancelled\"")) << runs.all();
}

TEST(Cancel, TerminateExitsWith143) {
    const Project project;
    Running run = project.start({"run", project.planOf({"touch " + project.dir() + "/alive; sleep 600"})});
    project.waitFor("alive");
    run.signal(SIGTERM);
    EXPECT_EQ(run.wait().status, 143);
    project.expectNoLeftovers();
}

TEST(Cancel, CancelledAndAlwaysStepsAndJobsRunOthersDoNot) {
    const Project project;
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "work":{{"steps":[
            {{"name":"s","run":{}}},
            {{"name":"plain","run":"echo PLAIN-STEP"}},
            {{"name":"c","run":"echo CANCELLED-STEP","condition":"cancelled()"}},
            {{"name":"a","run":"echo ALWAYS-STEP","condition":"always()"}}]}},
        "undo":{{"needs":["work"],"condition":"cancelled()","steps":[{{"name":"s","run":"echo CANCELLED-JOB"}}]}},
        "tell":{{"needs":["work"],"condition":"always()","steps":[{{"name":"s","run":"echo ALWAYS-JOB"}}]}},
        "next":{{"needs":["work"],"steps":[{{"name":"s","run":"echo PLAIN-JOB"}}]}}}}}})json",
                                        quoteJson("touch " + project.dir() + "/alive; sleep 600")));
    Running run = project.start({"run", "p.json"});
    project.waitFor("alive");
    run.signal(SIGINT);
    const Ran ran = run.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    for (const char* text : {"CANCELLED-STEP", "ALWAYS-STEP", "CANCELLED-JOB", "ALWAYS-JOB"}) {
        EXPECT_TRUE(ran.outHas(text)) << text << "\n" << ran.all();
    }
    for (const char* text : {"PLAIN-STEP", "PLAIN-JOB"}) {
        EXPECT_FALSE(ran.outHas(text)) << text << "\n" << ran.all();
    }
}

TEST(Cancel, ASecondSignalEndsAtOnceEvenWhenTermIsIgnored) {
    const Project project;
    Running run = project.start({"run", project.planOf({holdOn(project, "alive")})});
    project.waitFor("alive");
    run.signal(SIGINT);
    const Ran before = project.shell("sleep 0.2");
    run.signal(SIGINT);
    const Ran ran = run.wait(8); // the grace alone would take ten seconds
    EXPECT_EQ(ran.status, 130) << ran.all();
    project.expectNoLeftovers();
}

TEST(Cancel, KillOfCirqueLeavesNoProcessAndTheRunIsInterrupted) {
    const Project project;
    Running run = project.start({"run", project.planOf({holdOn(project, "alive")})});
    project.waitFor("alive");
    run.signal(SIGKILL);
    EXPECT_EQ(run.wait().status, 137);
    project.expectNoLeftovers();
    const Ran runs = project.cirque({"runs", "--json"});
    EXPECT_TRUE(runs.outHas("\"interrupted\"")) << runs.all();
    EXPECT_EQ(project.cirque({"run", project.planOf({"true"})}).status, 0);
    EXPECT_EQ(project.shell("ls -A \"$CIRQUE_PRIVATE_DIR\" | wc -l").out, "0\n")
        << "a dead run's secrets stay in memory";
}

TEST(Cancel, ATimeoutKillsTheStepsTreeAndADaemonOfAnEarlierStepLivesOn) {
    const Project project;
    project.write("p.json", R"json({"plan":1,"name":"t","jobs":{"a":{"steps":[
        {"name":"daemon","run":"setsid sleep 600 >/dev/null 2>&1 & echo $! > $JOB_DIR/pid"},
        {"name":"slow","run":"setsid sleep 700 & wait","timeout":1},
        {"name":"look","run":"kill -0 $(cat pid) && echo DAEMON-ALIVE; ! pgrep -f 'sleep 700' && echo SLOW-GONE","condition":"always()"}]}}})json");
    const Ran ran = project.cirque({"run", "p.json"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("DAEMON-ALIVE")) << ran.all();
    EXPECT_TRUE(ran.outHas("SLOW-GONE")) << ran.all();
    project.expectNoLeftovers();
}

TEST(Cancel, AWorkflowDeadlineExitsWith124) {
    const Project project;
    project.write(
        "p.json",
        R"json({"plan":1,"name":"t","deadline":1,"jobs":{"a":{"steps":[{"name":"s","run":"sleep 600"}]}}})json");
    const Ran ran = project.cirque({"run", "p.json"});
    EXPECT_EQ(ran.status, 124) << ran.all();
    project.expectNoLeftovers();
}

TEST(Cancel, AJobDeadlineFailsTheJobOnly) {
    const Project project;
    project.write("p.json", R"json({"plan":1,"name":"t","jobs":{
        "a":{"deadline":1,"steps":[{"name":"s","run":"sleep 600"}]},
        "b":{"steps":[{"name":"s","run":"echo B-DONE"}]}}})json");
    const Ran ran = project.cirque({"run", "p.json"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("B-DONE")) << ran.all();
}

TEST(Cancel, AnInterruptDuringTheEvaluationEndsNix) {
    Project project;
    project.write("bin/nix-instantiate",
                  "#!/bin/bash\ntouch $0.started\nPATH=${PATH#*:}\nexec nix-instantiate \"$@\"\n", 0755);
    project.write("ci.nix",
                  "{ cirque, ... }: let n = builtins.genList (x: x) 10000; in cirque.mkWorkflow {\n"
                  "  name = toString (builtins.foldl' (a: _: builtins.foldl' (b: c: b + c) a n) 0 "
                  "(builtins.genList (x: x) 100000));\n  jobs.a.steps = [ { bash = \"echo RAN\"; } ]; }");
    project.set("PATH", project.dir() + "/bin:" + getenv("PATH")); // NOLINT(concurrency-mt-unsafe)
    Running run = project.start({"run"});
    project.waitFor("bin/nix-instantiate.started");
    run.signal(SIGINT);
    EXPECT_EQ(run.wait(20).status, 130);
    project.expectNoLeftovers();
}

TEST(Cancel, AnInterruptWhileARetryWaitsEndsTheWait) {
    const Project project;
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{"a":{{"steps":[
        {{"name":"s","run":{},"retry":{{"max_attempts":3,"min_time":600,"max_time":600}}}}]}}}}}})json",
                                        quoteJson("touch " + project.dir() + "/tried; exit 1")));
    Running run = project.start({"run", "p.json"});
    project.waitFor("tried");
    run.signal(SIGTERM);
    EXPECT_EQ(run.wait(20).status, 143);
}

// The step that prints keeps standard output full; the other one's time limit must come all the same.
TEST(Cancel, ATimeoutComesAlsoWhileNobodyReadsTheOutput) {
    const Project project;
    project.write("p.json", R"json({"plan":1,"name":"t","jobs":{
        "loud":{"steps":[{"name":"s","run":"head -c 30000000 /dev/zero | tr '\\0' 'x' | fold"}]},
        "slow":{"steps":[{"name":"s","run":"sleep 600","timeout":1}]}}})json");
    const Ran ran = project.shell(fmt::format(R"(
        mkfifo out
        exec 3<>out # a reader that does not read
        {} run p.json --jobs 2 >out & pid=$!
        for _ in $(seq 300); do
          grep -q '"timeout":true' "$CIRQUE_STATE_DIR"/runs/*/journal.jsonl && {{ echo TIMED-OUT; break; }}
          sleep 0.1
        done
        cat <&3 >/dev/null & reader=$!
        wait $pid; echo "status $?"
        kill $reader)",
                                              CIRQUE_PROGRAM));
    EXPECT_TRUE(ran.outHas("TIMED-OUT")) << ran.all();
    EXPECT_TRUE(ran.outHas("status 1")) << ran.all();
}

TEST(Cancel, FailFastCancelsTheRest) {
    const Project project;
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "bad":{{"steps":[{{"name":"s","run":{}}}]}},
        "long":{{"steps":[{{"name":"s","run":{}}}]}}}}}})json",
                                        quoteJson("while [ ! -e " + project.dir() +
                                                  "/alive ]; do sleep 0.01; done; exit 1"),
                                        quoteJson("touch " + project.dir() + "/alive; sleep 600")));
    const Ran ran = project.cirque({"run", "p.json", "--fail-fast", "--jobs", "2"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    project.expectNoLeftovers();
}

} // namespace
} // namespace cirque::test
