// SPDX-License-Identifier: Apache-2.0
// Steps that turn against what watches over them, and other ways to be shown a wrong or no verdict.
#include "tests/functional/support/project.hh"

#include <csignal>

namespace cirque::test {
namespace {

// A step that stops its leader must not put itself out of reach of its timeout.
TEST(Review, ATimeoutEndsAStepThatStoppedItsLeader) {
    const Project project;
    project.write("plan.json", R"({"plan": 1, "name": "w", "jobs": {"main": {"steps": [
        {"run": "kill -STOP $PPID; sleep 600", "timeout": 1}]}}})");
    const Ran ran = project.cirque({"run", "plan.json"}, 30);
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("timed out")) << ran.all();
    project.expectNoLeftovers();
}

// Nor out of reach of the death of cirque.
TEST(Review, AStoppedLeaderStillEndsItsTreeWhenCirqueIsKilled) {
    const Project project;
    const std::string plan = project.planOf({"kill -STOP $PPID; touch " + project.root() + "/up; sleep 600"});
    Running run = project.start({"run", plan});
    project.waitFor(project.root() + "/up");
    run.signal(SIGKILL);
    (void)run.wait();
    project.expectNoLeftovers();
}

// Bash takes options from there; with noexec every script was a success.
TEST(Review, ShellOptionsInTheEnvironmentDoNotMakeAStepGreen) {
    const Project project;
    const std::string plan =
        project.planOf({"exit 4"}, R"("env": {"SHELLOPTS": "noexec", "BASHOPTS": "extdebug"})");
    const Ran ran = project.cirque({"run", plan});
    EXPECT_EQ(ran.status, 1) << ran.all();
}

// A job that does not run needs neither its place nor its secret.
TEST(Review, WhatOnlyOtherJobsNeedIsNoReasonToRefuseARun) {
    Project project;
    project.write("plan.json", R"({"plan": 1, "name": "w", "jobs": {
        "base": {"steps": [{"run": "true"}]}, "test": {"needs": ["base"], "steps": [{"run": "true"}]},
        "deploy": {"needs": ["test"], "env": {"T": {"secret": "NOBODY_HAS_IT"}}, "steps": [{"run": "true"}],
                   "executor": {"kind": "nspawn", "options": {"rootfs": "/nowhere/at/all"}}}}})");
    const Ran test = project.cirque({"run", "plan.json", "test"});
    EXPECT_EQ(test.status, 0) << test.all();
    const Ran only = project.cirque({"run", "plan.json", "--only", "test"});
    EXPECT_EQ(only.status, 0) << only.all();
    EXPECT_EQ(project.cirque({"run", "plan.json"}).status, 2); // the secret
    project.set("NOBODY_HAS_IT", "1");
    const Ran all = project.cirque({"run", "plan.json", "--secret", "NOBODY_HAS_IT", "deploy"});
    EXPECT_EQ(all.status, 3) << all.all();
}

// It holds the logs and artifacts of all runs: no job may have them, and they would be copied for each.
TEST(Review, AStateFolderInTheTreeIsNoPartOfIt) {
    for (const bool git : {true, false}) {
        Project project;
        project.set("CIRQUE_STATE_DIR", project.dir() + "/.state");
        project.write(
            "plan.json",
            R"({"plan": 1, "name": "w", "jobs": {"j": {"steps": [{"run": "test -e plan.json; test ! -e .state/runs"}]}}})");
        if (git) {
            project.commitAll();
        }
        for (int time = 0; time < 2; ++time) {
            const Ran ran = project.cirque({"run", "plan.json"});
            EXPECT_EQ(ran.status, 0) << ran.all();
        }
    }
}

TEST(Review, AnEnvironmentFileThatIsAFifoIsAnErrorAndNotAHang) {
    const Project project;
    ASSERT_EQ(project.shell("mkfifo pipe").status, 0);
    const std::string plan = project.planOf({"true"}, R"("envFrom": [{"kind": "file", "path": "pipe"}])");
    const Ran ran = project.cirque({"run", plan}, 20);
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("pipe is no regular file")) << ran.all();
}

// What a job did is the job's failure (1), not the system's (3).
TEST(Review, AnArtifactThatIsNoFileFailsTheJob) {
    const Project project;
    for (const std::string script : {"mkdir f; mkfifo f/passwd", "ln -s /etc f"}) {
        const std::string plan = project.planOf({script}, R"("outputs": {"a": "f/passwd"})");
        const Ran ran = project.cirque({"run", plan});
        EXPECT_EQ(ran.status, 1) << ran.all();
    }
}

TEST(Review, AStepThatRemovedTheJobsFolderFailsTheJobAndSaysSo) {
    const Project project;
    const std::string plan = project.planOf({"rm -rf \"$JOB_DIR\"", "true"});
    const Ran ran = project.cirque({"run", plan});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("folder is gone")) << ran.all();
}

TEST(Review, ASecondSignalLeavesTheDaemonsOfAJobNoGrace) {
    for (const bool early : {false, true}) { // both signals while the daemon is ended, or while a step runs
        const Project project;
        const std::string up = project.root() + "/up";
        const std::string daemon = "(trap '' TERM; touch " + up +
                                   "; while :; do sleep 1; done) & disown; while [ ! -e " + up +
                                   " ]; do sleep 0.01; done; ";
        const std::string plan = project.planOf({daemon + (early ? "sleep 60" : "true")});
        Running run = project.start({"run", plan});
        project.waitFor(up);
        ASSERT_EQ(project.shell("sleep 0.3").status, 0);
        run.signal(SIGTERM);
        ASSERT_EQ(project.shell("sleep 0.2").status, 0);
        run.signal(SIGTERM);
        const Ran ran = run.wait(5);
        EXPECT_EQ(ran.status, 143) << ran.all();
        project.expectNoLeftovers();
    }
}

TEST(Review, AStepCutWhileItsJobEnvIsReadIsCancelledAndNotFailed) {
    const Project project;
    const std::string plan = project.planOf({"echo 'touch " + project.root() + "/up; sleep 60' > $JOB_ENV"});
    Running run = project.start({"run", plan});
    project.waitFor(project.root() + "/up");
    run.signal(SIGINT);
    const Ran ran = run.wait(20);
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_FALSE(ran.outHas("] failed") || ran.outHas("main  failed")) << ran.all();
}

TEST(Review, ASignalWhileTheTreeIsCopiedIsACancelAndNotAFailureOfTheSystem) {
    const Project project;
    ASSERT_EQ(project.shell("for i in $(seq 60); do mkdir d$i; (cd d$i; seq 500 | xargs touch); done").status,
              0);
    Running run = project.start({"run", project.planOf({"true"})});
    ASSERT_EQ(project.shell("while ! compgen -G \"$CIRQUE_STATE_DIR/work/*\"; do sleep 0.01; done").status,
              0);
    run.signal(SIGINT);
    const Ran ran = run.wait(20);
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_TRUE(ran.outHas("test cancelled")) << ran.all();
}

// A stopped terminal, or a pager that does not read on: the run waits for it, but a signal still ends the
// run.
TEST(Review, ASignalEndsARunWhoseOutputNobodyReads) {
    const Project project;
    const std::string plan = project.planOf({"yes; sleep 60"});
    const Ran ran = project.shell("exec 3>&1; (" CIRQUE_PROGRAM " run " + plan +
                                      " & pid=$!; sleep 1; kill -TERM $pid; wait $pid; "
                                      "echo ended $? in time: $((SECONDS < 6)) >&3) | sleep 8",
                                  40);
    EXPECT_TRUE(ran.outHas("ended 143 in time: 1")) << ran.all();
    project.expectNoLeftovers();
}

// The numbers of closed streams would go to the run's own files, and what is printed into them.
TEST(Review, ClosedStandardStreamsChangeNothing) {
    const Project project;
    const std::string plan = project.planOf({"echo out; echo err >&2; exit 5"});
    const std::string command = CIRQUE_PROGRAM " run " + plan;
    EXPECT_EQ(project.shell(command + " >&-", 20).status, 1);
    EXPECT_EQ(project.shell(command + " <&- >&- 2>&-", 20).status, 1);
    const Ran logs = project.cirque({"logs", project.lastRun(), "main/1"});
    EXPECT_EQ(logs.out, "out\nerr\n") << logs.all();
    const Ran runs = project.cirque({"runs"});
    EXPECT_FALSE(runs.outHas("interrupted")) << runs.all();
}

} // namespace
} // namespace cirque::test
