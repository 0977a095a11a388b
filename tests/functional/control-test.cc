// SPDX-License-Identifier: Apache-2.0
// A run that others cancel: each test starts a run in one process and asks from another.
#include "tests/functional/support/project.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <csignal>

namespace cirque::test {
namespace {

// A script that shows that it lives, then holds on until the file `go` of the project appears.
std::string holdUntil(const Project& project, const std::string& mark, const std::string& go) {
    return quoteJson(
        fmt::format("touch {0}/{1}; while [ ! -e {0}/{2} ]; do sleep 0.02; done", project.dir(), mark, go));
}

void twoJobs(const Project& project) {
    project.write("p.json",
                  fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "stay":{{"steps":[{{"name":"s","run":{}}}]}},
        "go":{{"steps":[{{"name":"s","run":{}}},{{"name":"tidy","run":"echo TIDIED","condition":"cancelled()"}}]}},
        "after":{{"needs":["go"],"steps":[{{"name":"s","run":"echo AFTER"}}]}}}}}})json",
                              holdUntil(project, "stays", "enough"), holdUntil(project, "goes", "never")));
}

TEST(Control, CancelEndsARunOfAnotherProcessAsASignalWould) {
    const Project project;
    twoJobs(project);
    Running run = project.start({"run", "p.json", "--jobs", "2"});
    project.waitFor("stays");
    project.waitFor("goes");
    const Ran asked = project.cirque({"cancel", project.lastRun()});
    EXPECT_EQ(asked.status, 0) << asked.all();
    const Ran ran = run.wait();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("TIDIED")) << ran.all();
    EXPECT_FALSE(ran.outHas("AFTER")) << ran.all();
    EXPECT_TRUE(project.cirque({"show", project.lastRun()}).outHas("cancelled"));
    project.expectNoLeftovers();
    EXPECT_EQ(project.shell("find \"$CIRQUE_STATE_DIR\" -type s").out, "") << "the socket outlived its run";
}

TEST(Control, CancelOfOneJobLeavesTheOthers) {
    const Project project;
    twoJobs(project);
    Running run = project.start({"run", "p.json", "--jobs", "2"});
    project.waitFor("stays");
    project.waitFor("goes");
    const Ran asked = project.cirque({"cancel", project.lastRun(), "go"});
    EXPECT_EQ(asked.status, 0) << asked.all();
    (void)project.shell(
        "until grep -q '\"job.finished\".*\"go\"' \"$CIRQUE_STATE_DIR\"/runs/*/journal.jsonl; do sleep "
        "0.02; done");
    const Ran again = project.cirque({"cancel", project.lastRun(), "go"});
    EXPECT_EQ(again.status, 2) << again.all();
    EXPECT_TRUE(again.errHas("has ended already")) << again.all();
    project.write("enough", "");
    const Ran ran = run.wait();
    EXPECT_EQ(ran.status, 1) << ran.all();
    auto jobs = RunRecord(project).jobs();
    EXPECT_EQ(jobs["stay"], "succeeded");
    EXPECT_EQ(jobs["go"], "cancelled");
    EXPECT_EQ(jobs["after"], "skipped cancelled");
    EXPECT_TRUE(ran.outHas("TIDIED")) << ran.all();
}

// TERM is ignored, so that only an end at once is soon.
TEST(Control, NowEndsWithoutCleanup) {
    const Project project;
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{"a":{{"steps":[
        {{"name":"s","run":{}}},{{"name":"tidy","run":"echo TIDIED","condition":"always()"}}]}}}}}})json",
                                        quoteJson("trap '' TERM; touch " + project.dir() +
                                                  "/alive; while :; do sleep 1; done")));
    Running run = project.start({"run", "p.json"});
    project.waitFor("alive");
    const Ran asked = project.cirque({"cancel", project.lastRun(), "--now"});
    EXPECT_EQ(asked.status, 0) << asked.all();
    const Ran ran = run.wait(8); // the grace alone would take ten seconds
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("TIDIED")) << ran.all();
    project.expectNoLeftovers();
}

// From the beginning of the run on git never ends, so the snapshot of the tree never does.
TEST(Control, CancelBeforeAnythingStarted) {
    Project project;
    project.write("bin/git",
                  fmt::format("#!/bin/bash\nif compgen -G '{0}/runs/*/journal.jsonl' >/dev/null; then touch "
                              "{1}/copying; exec sleep 600; fi\nPATH=${{PATH#*:}}\nexec git \"$@\"\n",
                              project.state(), project.dir()),
                  0755);
    project.set("PATH", project.dir() + "/bin:" + getenv("PATH")); // NOLINT(concurrency-mt-unsafe)
    project.write("p.json",
                  R"json({"plan":1,"name":"t","jobs":{"a":{"steps":[{"name":"s","run":"echo RAN"}]}}})json");
    project.commitAll();
    Running run = project.start({"run", "p.json"});
    project.waitFor("copying");
    const Ran asked = project.cirque({"cancel", project.lastRun()});
    EXPECT_EQ(asked.status, 0) << asked.all();
    const Ran ran = run.wait();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
    EXPECT_TRUE(project.cirque({"show", project.lastRun()}).outHas("cancelled"));
    project.expectNoLeftovers();
}

TEST(Control, WhatCannotBeCancelledIsSaid) {
    const Project project;
    twoJobs(project);
    EXPECT_EQ(project.cirque({"cancel"}).status, 2);
    EXPECT_EQ(project.cirque({"cancel", "0000"}).status, 2);
    Running run = project.start({"run", "p.json", "--jobs", "2"});
    project.waitFor("stays");
    const Ran unknown = project.cirque({"cancel", project.lastRun(), "stya"});
    EXPECT_EQ(unknown.status, 2) << unknown.all();
    EXPECT_TRUE(unknown.errHas("'stay'")) << unknown.all();
    run.signal(SIGKILL);
    EXPECT_EQ(run.wait().status, 137);
    EXPECT_NE(project.shell("find \"$CIRQUE_STATE_DIR\" -type s").out, "")
        << "else the next lines test nothing";
    const Ran dead = project.cirque({"cancel", project.lastRun()});
    EXPECT_EQ(dead.status, 2) << dead.all();
    EXPECT_TRUE(dead.errHas("interrupted")) << dead.all();
    EXPECT_EQ(project.shell("find \"$CIRQUE_STATE_DIR\" -type s").out, "") << "a dead run's socket stays";
    project.expectNoLeftovers();
    EXPECT_EQ(project.cirque({"run", project.planOf({"true"})}).status, 0);
    const Ran ended = project.cirque({"cancel", project.lastRun()});
    EXPECT_EQ(ended.status, 2) << ended.all();
    EXPECT_TRUE(ended.errHas("has ended")) << ended.all();
}

TEST(Control, TheNextRunRemovesTheSocketOfAKilledOne) {
    const Project project;
    Running run = project.start({"run", project.planOf({"touch " + project.dir() + "/alive; sleep 600"})});
    project.waitFor("alive");
    run.signal(SIGKILL);
    EXPECT_EQ(run.wait().status, 137);
    EXPECT_NE(project.shell("find \"$CIRQUE_STATE_DIR\" -type s").out, "");
    EXPECT_EQ(project.cirque({"run", project.planOf({"true"})}).status, 0);
    EXPECT_EQ(project.shell("find \"$CIRQUE_STATE_DIR\" -type s").out, "");
}

} // namespace
} // namespace cirque::test
