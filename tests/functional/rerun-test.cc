// SPDX-License-Identifier: Apache-2.0
// Runs that repeat others. What ran is counted by the steps themselves, in a file outside the tree: "not run
// twice" is what they say, not what Cirque says.
#include "tests/functional/support/flake.hh"
#include "tests/functional/support/project.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <csignal>

namespace cirque::test {
namespace {

// A step that notes that it ran, then does `then`.
std::string noting(const Project& project, const std::string& name, const std::string& then) {
    return quoteJson(fmt::format("echo {} >>{}/ran; {}", name, project.root(), then));
}

std::string ran(const Project& project) {
    return project.shell("sort " + project.root() + "/ran | tr '\\n' ' '; rm " + project.root() + "/ran").out;
}

void mark(const Project& project, const std::string& name) {
    (void)project.shell("touch " + project.root() + "/" + name);
}

std::string has(const Project& project, const std::string& name) {
    return fmt::format("test -e {}/{}", project.root(), name);
}

// make gives a result and an artifact, test fails until `fixed`, use needs both.
void threeJobs(const Project& project) {
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "make":{{"steps":[{{"name":"s","run":{}}}],"results":["v"],"outputs":{{"dist":"out"}}}},
        "test":{{"steps":[{{"name":"s","run":{}}}]}},
        "use":{{"needs":["make","test"],"inputs":["dist"],"steps":[{{"name":"s","run":{}}}]}},
        "spared":{{"continueOnError":true,"steps":[{{"name":"s","run":{}}}]}},
        "never":{{"condition":{{"when":"success()","bash":"false"}},"steps":[{{"name":"s","run":"echo NEVER"}}]}}}}}})json",
                                        noting(project, "make",
                                               "mkdir out; echo made >out/f; echo v=4$((1+1)) "
                                               ">>\"$CIRQUE_OUTPUT\""),
                                        noting(project, "test", has(project, "fixed")),
                                        noting(project, "use", "echo GOT-$NEEDS_MAKE_V-$(cat out/f)"),
                                        noting(project, "spared", "exit 9")));
}

TEST(Rerun, OnlyWhatFailedRunsAgainWithTheOthersResultsAndArtifacts) {
    const Project project;
    threeJobs(project);
    const Ran first = project.cirque({"run", "p.json"});
    EXPECT_EQ(first.status, 1) << first.all();
    EXPECT_EQ(ran(project), "make spared test ");
    const std::string former = project.lastRun();
    mark(project, "fixed");
    const Ran again = project.cirque({"rerun", former, "--failed"});
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(ran(project), "test use ");
    EXPECT_TRUE(again.outHas("GOT-42-made")) << again.all();
    EXPECT_NE(project.lastRun(), former);
    const RunRecord record(project);
    auto jobs = record.jobs();
    EXPECT_EQ(jobs["make"], "cached");
    EXPECT_EQ(jobs["test"], "succeeded");
    EXPECT_EQ(jobs["use"], "succeeded");
    EXPECT_EQ(jobs["spared"], "failed exit 9 tolerated");
    EXPECT_EQ(jobs["never"], "skipped own-condition");
    EXPECT_EQ(record.artifacts(), (std::vector<std::string>{"make dist out"}));
    const std::string journal =
        project.shell("cat \"$CIRQUE_STATE_DIR\"/runs/" + project.lastRun() + "/journal.jsonl").out;
    EXPECT_NE(journal.find("\"rerunOf\":\"" + former), std::string::npos) << journal;
    EXPECT_NE(journal.find("\"reusedFrom\":\"" + former), std::string::npos) << journal;
}

TEST(Rerun, WithoutFailedEverythingRunsAgain) {
    const Project project;
    threeJobs(project);
    mark(project, "fixed");
    EXPECT_EQ(project.cirque({"run", "p.json"}).status, 0);
    EXPECT_EQ(ran(project), "make spared test use ");
    EXPECT_EQ(project.cirque({"rerun", project.lastRun()}).status, 0);
    EXPECT_EQ(ran(project), "make spared test use ");
    EXPECT_EQ(project.cirque({"rerun", project.lastRun(), "test"}).status, 0);
    EXPECT_EQ(ran(project), "test ");
    // and a rerun of what was limited is limited alike
    EXPECT_EQ(project.cirque({"rerun", project.lastRun()}).status, 0);
    EXPECT_EQ(ran(project), "test ");
    const Ran nothing = project.cirque({"rerun", project.lastRun(), "--failed"});
    EXPECT_EQ(nothing.status, 0) << nothing.all();
    EXPECT_EQ(ran(project), "") << "everything was good already";
    const Ran unknown = project.cirque({"rerun", project.lastRun(), "tset"});
    EXPECT_EQ(unknown.status, 2) << unknown.all();
    EXPECT_TRUE(unknown.errHas("'test'")) << unknown.all();
}

TEST(Rerun, ARerunOfARerunReusesWhatTheFirstRunDid) {
    const Project project;
    threeJobs(project);
    EXPECT_EQ(project.cirque({"run", "p.json"}).status, 1);
    const std::string first = project.lastRun();
    EXPECT_EQ(project.cirque({"rerun", first, "--failed"}).status, 1);
    EXPECT_EQ(ran(project), "make spared test test ");
    EXPECT_EQ(project.shell("rm -rf \"$CIRQUE_STATE_DIR\"/runs/" + first).status, 0);
    mark(project, "fixed");
    const Ran third = project.cirque({"rerun", project.lastRun(), "--failed"});
    EXPECT_EQ(third.status, 0) << third.all();
    EXPECT_EQ(ran(project), "test use ");
    EXPECT_TRUE(third.outHas("GOT-42-made")) << "the results and artifacts must not depend on the first run\n"
                                             << third.all();
}

TEST(Rerun, ADamagedArtifactMeansThatItsJobRunsAgain) {
    const Project project;
    threeJobs(project);
    EXPECT_EQ(project.cirque({"run", "p.json"}).status, 1);
    (void)ran(project);
    mark(project, "fixed");
    EXPECT_EQ(
        project.shell("for f in \"$CIRQUE_STATE_DIR\"/runs/*/artifacts/*/files/out/f; do echo evil >$f; done")
            .status,
        0);
    const Ran again = project.cirque({"rerun", project.lastRun(), "--failed"});
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(ran(project), "make test use ");
    EXPECT_TRUE(again.outHas("GOT-42-made")) << again.all();
    EXPECT_TRUE(again.outHas("missing or damaged")) << again.all();
}

// It is reused as the failure it was, so what it promises is looked at like that of a success.
TEST(Rerun, ADamagedArtifactOfAToleratedFailureMeansThatItsJobRunsAgain) {
    const Project project;
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "tol":{{"continueOnError":true,"steps":[{{"name":"s","run":{}}}],
                "outputs":{{"dist":{{"path":"out","when":"always"}}}}}},
        "test":{{"steps":[{{"name":"s","run":{}}}]}}}}}})json",
                                        noting(project, "tol", "mkdir out; echo hi >out/f; exit 9"),
                                        noting(project, "test", has(project, "fixed"))));
    EXPECT_EQ(project.cirque({"run", "p.json"}).status, 1);
    EXPECT_EQ(ran(project), "test tol ");
    mark(project, "fixed");
    const std::string former = project.lastRun();
    EXPECT_EQ(project.shell("rm \"$CIRQUE_STATE_DIR\"/runs/*/artifacts/*/files/out/f").status, 0);
    const Ran again = project.cirque({"rerun", former, "--failed"});
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(ran(project), "test tol ");
    EXPECT_TRUE(again.outHas("missing or damaged")) << again.all();
    EXPECT_EQ(RunRecord(project).artifacts(), (std::vector<std::string>{"tol dist out"}));
}

TEST(Rerun, AfterAKillOnlyWhatHadNotEndedRuns) {
    const Project project;
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "first":{{"steps":[{{"name":"s","run":{}}}]}},
        "second":{{"needs":["first"],"steps":[{{"name":"s","run":{}}}]}},
        "third":{{"needs":["second"],"steps":[{{"name":"s","run":{}}}]}}}}}})json",
                                        noting(project, "first", "true"),
                                        noting(project, "second",
                                               fmt::format("touch {}/alive; {} || sleep 600", project.dir(),
                                                           has(project, "fixed"))),
                                        noting(project, "third", "true")));
    Running run = project.start({"run", "p.json"});
    project.waitFor("alive");
    const Ran early = project.cirque({"rerun", project.lastRun(), "--failed"});
    EXPECT_EQ(early.status, 2) << "a run that runs is not repeated\n" << early.all();
    EXPECT_TRUE(early.errHas("still runs")) << early.all();
    run.signal(SIGKILL);
    EXPECT_EQ(run.wait().status, 137);
    project.expectNoLeftovers();
    (void)project.shell("rm alive"); // it is in the tree
    (void)ran(project);
    mark(project, "fixed");
    const Ran again = project.cirque({"rerun", project.lastRun(), "--failed"});
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(ran(project), "second third ");
}

TEST(Rerun, AChangedTreeIsRefusedUnlessItIsWanted) {
    const Project project;
    threeJobs(project);
    project.write(".gitignore", "ignored\n");
    project.write("source", "one");
    project.commitAll();
    EXPECT_EQ(project.cirque({"run", "p.json"}).status, 1);
    const std::string run = project.lastRun();
    (void)ran(project);
    mark(project, "fixed");
    project.write("source", "two");
    const Ran refused = project.cirque({"rerun", run, "--failed"});
    EXPECT_EQ(refused.status, 2) << refused.all();
    EXPECT_TRUE(refused.errHas("files have changed")) << refused.all();
    EXPECT_TRUE(refused.errHas("--current-tree")) << refused.all();
    EXPECT_EQ(ran(project), "");
    EXPECT_EQ(project.lastRun(), run) << "what was refused is no run";
    const Ran wanted = project.cirque({"rerun", run, "--failed", "--current-tree"});
    EXPECT_EQ(wanted.status, 0) << wanted.all();
    EXPECT_EQ(ran(project), "test use ");
    project.write("source", "one");
    project.write("ignored", "whatever");
    EXPECT_EQ(project.cirque({"rerun", run, "--failed"}).status, 0) << "the same tree again";
}

// The plan comes out of a pipe: what is changed before it is written is changed after the fingerprint was
// taken and before the snapshot is.
TEST(Rerun, OutcomesOnATreeThatChangedWhileTheRunBeganAreNotThoseOfTheTreeBefore) {
    const Project project;
    project.write("source", "before");
    project.commitAll();
    project.write("../plan", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "good":{{"steps":[{{"name":"s","run":{}}}]}},
        "bad":{{"steps":[{{"name":"s","run":{}}}]}}}}}})json",
                                         noting(project, "good", "grep -q after source"),
                                         noting(project, "bad", has(project, "fixed"))));
    const std::string root = project.root();
    ASSERT_EQ(project.shell("mkfifo " + root + "/p.json").status, 0);
    Running run = project.start({"run", root + "/p.json"});
    ASSERT_EQ(project
                  .shell(fmt::format("timeout 50 bash -c 'exec 3>{0}/p.json; printf after >source; "
                                     "cat {0}/plan >&3'",
                                     root))
                  .status,
              0);
    const Ran first = run.wait();
    EXPECT_EQ(first.status, 1) << first.all();
    EXPECT_TRUE(first.outHas("changed while the run began")) << first.all();
    EXPECT_EQ(RunRecord(project).jobs()["good"], "succeeded") << "the pipe was read before the fingerprint";
    (void)ran(project);
    mark(project, "fixed");
    project.write("source", "before");
    const std::string former = project.lastRun();
    const Ran refused = project.cirque({"rerun", former, "--failed"});
    EXPECT_EQ(refused.status, 2) << "what succeeded on another tree passes for a success on this one\n"
                                 << refused.all();
    EXPECT_TRUE(refused.errHas("files changed while it began")) << refused.all();
    EXPECT_EQ(project.cirque({"rerun", former, "--failed", "--current-tree"}).status, 0);
    EXPECT_EQ(ran(project), "bad ");
}

// What the journal holds instead of the secret would reach the next job as its value.
TEST(Rerun, AResultThatHeldASecretIsMadeAgain) {
    Project project;
    project.set("TOKEN", "swordfish");
    project.write("p.json",
                  fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "login":{{"env":{{"TOKEN":{{"secret":"TOKEN"}}}},"results":["t"],"steps":[{{"name":"s","run":{}}}]}},
        "use":{{"needs":["login"],"steps":[{{"name":"s","run":{}}}]}}}}}})json",
                              noting(project, "login", "echo \"t=a-$TOKEN\" >>\"$CIRQUE_OUTPUT\""),
                              noting(project, "use",
                                     "test \"$NEEDS_LOGIN_T\" = a-swordfish && " + has(project, "fixed"))));
    EXPECT_EQ(project.cirque({"run", "p.json", "--secret", "TOKEN"}).status, 1);
    EXPECT_EQ(ran(project), "login use ");
    mark(project, "fixed");
    const Ran again = project.cirque({"rerun", project.lastRun(), "--failed", "--secret", "TOKEN"});
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(ran(project), "login use ");
    EXPECT_TRUE(again.outHas("holds a secret")) << again.all();
    // nothing that runs needs it now, so it is not made again
    EXPECT_EQ(project.cirque({"rerun", project.lastRun(), "--failed"}).status, 0);
    EXPECT_EQ(ran(project), "");
}

TEST(Rerun, OfAMatrixOnlyTheMembersThatFailed) {
    const Project project;
    project.write("p.json",
                  fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "list":{{"results":["all"],"steps":[{{"name":"s","run":{}}}]}},
        "each":{{"needs":["list"],"matrix":{{"axes":{{"n":{{"result":"list","name":"all"}}}}}},"results":["got"],"steps":[{{"name":"s","run":{}}}]}},
        "sum":{{"needs":["each"],"steps":[{{"name":"s","run":{}}}]}}}}}})json",
                              noting(project, "list", R"(echo 'all=["a","b","c"]' >>"$CIRQUE_OUTPUT")"),
                              noting(project, "each-$MATRIX_N",
                                     "echo got=$MATRIX_N >>\"$CIRQUE_OUTPUT\"; test $MATRIX_N != b || " +
                                         has(project, "fixed")),
                              noting(project, "sum",
                                     "echo SUM-$NEEDS_EACH_N_A_GOT$NEEDS_EACH_N_B_GOT$NEEDS_EACH_N_C_GOT")));
    const Ran first = project.cirque({"run", "p.json"});
    EXPECT_EQ(first.status, 1) << first.all();
    EXPECT_EQ(ran(project), "each-a each-b each-c list ");
    mark(project, "fixed");
    const Ran again = project.cirque({"rerun", project.lastRun(), "--failed"});
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(ran(project), "each-b sum ");
    EXPECT_TRUE(again.outHas("SUM-abc")) << again.all();
}

TEST(Rerun, AReusedFailureHandlerDoesNotHideANewFailure) {
    const Project project;
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "flaky":{{"steps":[{{"name":"s","run":{}}}]}},
        "later":{{"needs":["flaky"],"steps":[{{"name":"s","run":{}}}]}},
        "undo":{{"needs":["later"],"condition":"failure()","steps":[{{"name":"s","run":{}}}]}}}}}})json",
                                        noting(project, "flaky",
                                               fmt::format("touch {}/alive; {} || sleep 600", project.dir(),
                                                           has(project, "fixed"))),
                                        noting(project, "later", "exit 3"), noting(project, "undo", "true")));
    Running run = project.start({"run", "p.json"});
    project.waitFor("alive");
    run.signal(SIGINT);
    EXPECT_EQ(run.wait().status, 130);
    (void)project.shell("rm alive");
    (void)ran(project);
    mark(project, "fixed");
    // cancelled() skipped undo then; its condition is looked at again now
    const Ran again = project.cirque({"rerun", project.lastRun(), "--failed"});
    EXPECT_EQ(again.status, 1) << again.all();
    EXPECT_EQ(ran(project), "flaky later undo ");
}

// The jobs of a flake become known while the run runs; the recorded plan holds them all the same.
TEST(Rerun, OfAFlakeOnlyTheAttributesThatFailed) {
    const Flake flake(R"(
    checks.x86_64-linux.good = ok "good";
    checks.x86_64-linux.wrong = throw "not today";
    checks.x86_64-linux.bad = d "bad" "echo the reason; exit 3";)");
    EXPECT_EQ(flake.cirque({"run"}).status, 1);
    const std::string former = flake.lastRun();
    const Ran again = flake.cirque({"rerun", former, "--failed"});
    EXPECT_EQ(again.status, 1) << again.all();
    EXPECT_TRUE(again.outHas("the reason")) << "it was not built again\n" << again.all();
    const Outcomes jobs = RunRecord(flake).jobs();
    EXPECT_EQ(jobs.size(), 3U) << again.all();
    EXPECT_EQ(jobs.at("checks." + path("good")), "cached") << again.all();
    EXPECT_TRUE(jobs.at("checks." + path("wrong")).starts_with("failed"))
        << "what cannot be evaluated must not become good by a rerun\n"
        << again.all();
    EXPECT_TRUE(jobs.at("checks." + path("bad")).starts_with("failed")) << again.all();
}

TEST(Rerun, AFlakeWhoseListingWasCutShortIsNotRepeated) {
    const Flake flake("");
    flake.rewrite("    checks.x86_64-linux.slow = ok (import (d \"endless\" \"echo > " + flake.root() +
                  "/slow; while :; do /usr/bin/sleep 0.1; done\"));");
    Running run = flake.start({"run"});
    flake.waitFor(flake.root() + "/slow");
    const Ran asked = flake.cirque({"cancel", flake.lastRun()});
    EXPECT_EQ(asked.status, 0) << asked.all();
    EXPECT_EQ(run.wait().status, 1);
    const Ran again = flake.cirque({"rerun", flake.lastRun(), "--failed"});
    EXPECT_EQ(again.status, 2) << again.all();
    EXPECT_TRUE(again.errHas("before all its jobs were known")) << again.all();
    flake.expectNoLeftovers();
}

// Wrong: the attributes known so far are taken for all of them, and a rerun of those is green.
TEST(Rerun, AFlakeWhoseListingAFailureCutShortIsNotRepeated) {
    const Flake flake("");
    flake.rewrite("    checks.x86_64-linux.bad = d \"bad\" \"while ! test -e " + flake.root() +
                  "/slow; do /usr/bin/sleep 0.1; done; exit 1\";\n" +
                  "    checks.x86_64-linux.slow = ok (import (d \"endless\" \"echo > " + flake.root() +
                  "/slow; while :; do /usr/bin/sleep 0.1; done\"));");
    const Ran ran = flake.cirque({"run", "--fail-fast", "--json"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(ran.out.find("evaluation.finished"), std::string::npos) << ran.all();
    const Ran last = flake.shell("tail -n 1 \"$CIRQUE_STATE_DIR\"/runs/*/journal.jsonl");
    EXPECT_TRUE(last.outHas(R"("type":"run.finished")")) << last.all();
    const Ran plan = flake.shell("cat \"$CIRQUE_STATE_DIR\"/runs/*/plan.json");
    EXPECT_FALSE(plan.outHas("checks.x86_64-linux.bad")) << "a part of the plan is not kept as the plan";
    const Ran again = flake.cirque({"rerun", flake.lastRun()});
    EXPECT_EQ(again.status, 2) << again.all();
    EXPECT_TRUE(again.errHas("before all its jobs were known")) << again.all();
    flake.expectNoLeftovers();
}

TEST(Rerun, WhatCannotBeRepeatedIsSaid) {
    const Project project;
    EXPECT_EQ(project.cirque({"rerun"}).status, 2);
    EXPECT_EQ(project.cirque({"rerun", "0000"}).status, 2);
    EXPECT_EQ(project.cirque({"run", project.planOf({"true"})}).status, 0);
    const std::string run = project.lastRun();
    EXPECT_EQ(project.cirque({"rerun", run, "--only"}).status, 2);
    // a plan of a later version, or a broken one, is read like any other
    EXPECT_EQ(
        project.shell("sed -i 's/\"plan\": 1/\"plan\": 9/' \"$CIRQUE_STATE_DIR\"/runs/*/plan.json").status,
        0);
    const Ran later = project.cirque({"rerun", run});
    EXPECT_EQ(later.status, 2) << later.all();
    EXPECT_TRUE(later.errHas("the plan of run")) << later.all();
}

} // namespace
} // namespace cirque::test
