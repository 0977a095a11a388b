// SPDX-License-Identifier: Apache-2.0
// Places that people describe themselves: by a script that runs a command there, and by the hooks of an
// executor written for NixActions.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

#include <gtest/gtest.h>

#include <csignal>

namespace cirque::test {
namespace {

// A mount namespace of its own is a place that a step can tell from this machine.
constexpr const char* namespaced = R"nix({ cirque }:
let
  place = cirque.mkExecutor {
    name = "namespace";
    setup = ''echo "setup of $CIRQUE_PLACE"; echo made >> "$MARKS"'';
    connect = ''
      exec unshare --mount --propagation private sh -c 'mount -t tmpfs -o mode=0755 place /mnt && echo there > /mnt/mark && exec "$@"' sh "$@"
    '';
    cleanup = ''echo removed >> "$MARKS"'';
  };
in
cirque.mkWorkflow {
  name = "own";
  jobs.good = { executor = place; steps = [ { name = "see"; bash = "cat /mnt/mark; pwd"; } ]; outputs.made = "out"; };
  jobs.bad = { executor = place; steps = [ { name = "fails"; bash = "exit 7"; } ]; };
})nix";

TEST(CustomExecutor, AScriptThatRunsACommandIsAPlace) {
    Project project;
    usePrivateNix(project);
    project.write("ci.nix", namespaced);
    project.set("MARKS", project.dir() + "/marks");
    project.write("out", "made\n");
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_NE(ran.all().find("there"), std::string::npos) << ran.all();
    const auto jobs = RunRecord(project).jobs();
    EXPECT_EQ(jobs.at("good"), "succeeded");
    EXPECT_EQ(jobs.at("bad"), "failed exit 7");
    EXPECT_EQ(project.read("marks"), "made\nmade\nremoved\nremoved\n");
}

// A place that cannot be made is not the workflow's failure, and is cleaned up all the same.
TEST(CustomExecutor, AFailingSetupIsInfrastructureAndCleanedUp) {
    Project project;
    usePrivateNix(project);
    project.write("ci.nix", R"nix({ cirque }: cirque.mkWorkflow {
      name = "own";
      jobs.a = {
        executor = cirque.mkExecutor { name = "broken"; setup = "echo no room >&2; exit 9"; connect = ''exec "$@"'';
                                       cleanup = ''echo removed >> "$MARKS"''; };
        steps = [ { bash = "true"; } ];
      };
    })nix");
    project.set("MARKS", project.dir() + "/marks");
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_NE(ran.all().find("the setup script of the executor 'broken' failed: exit 9: no room"),
              std::string::npos)
        << ran.all();
    EXPECT_EQ(project.read("marks"), "removed\n");
}

std::string planOf(const std::string& options, const std::string& script) {
    return R"({"plan": 1, "name": "own", "jobs": {"a": {"copyRepo": false, "executor": {"kind": "custom", "options": {"connect": "exec \"$@\"",)" +
           options + R"(}}, "steps": [{"name": "s", "run": ")" + script + R"("}]}}})";
}

// It is no failure of a step.
TEST(CustomExecutor, APlaceThatDoesNotShowTheJobsFolderIsInfrastructure) {
    const Project project;
    project.write("plan.json", planOf(R"("jobs": "/nowhere/jobs")", "true"));
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_NE(ran.all().find("/nowhere/jobs"), std::string::npos) << ran.all();
}

// It is named for programs to be made in; what else lies there is somebody's.
TEST(CustomExecutor, WhatLiesBesideItsToolsIsLeftAlone) {
    const Project project;
    project.write("tools/mine", "mine\n");
    project.write("plan.json", planOf(R"("tools": ")" + project.dir() + R"(/tools")", "true"));
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(project.read("tools/mine"), "mine\n");
    EXPECT_EQ(project.shell("ls tools").out, "mine\n");
}

// Only the machine of a run that was killed knows that it is there.
TEST(CustomExecutor, APlaceThatAKilledRunLeftIsCleanedUpByTheNext) {
    Project project;
    project.set("MARKS", project.dir() + "/marks");
    project.write(
        "plan.json",
        planOf(
            R"("setup": "echo made $CIRQUE_PLACE >> $MARKS", "cleanup": "echo gone $CIRQUE_PLACE >> $MARKS")",
            "kill -9 $CIRQUE_TEST_PID"));
    const Ran killed = project.shell("export CIRQUE_TEST_PID=$BASHPID; exec " CIRQUE_PROGRAM
                                     " run plan.json --env CIRQUE_TEST_PID=$BASHPID");
    EXPECT_NE(killed.status, 0);
    EXPECT_EQ(project.read("marks").find("gone"), std::string::npos);
    project.write("again.json", planOf(R"("name": "again")", "true"));
    const Ran again = project.cirque({"run", "again.json"});
    EXPECT_EQ(again.status, 0) << again.all();
    const std::string marks = project.read("marks");
    const std::string place = marks.substr(5, marks.find('\n') - 5);
    EXPECT_EQ(marks, "made " + place + "\ngone " + place + "\n");
}

// Wrong: the setup goes on when cirque is killed, and makes the place after its cleanup.
TEST(CustomExecutor, ASetupThatOutlivedItsRunIsEndedBeforeTheCleanup) {
    const Project project;
    project.write("plan.json",
                  planOf(R"("setup": "touch up; until [ -e go ]; do sleep 0.05; done; mkdir place",)"
                         R"("cleanup": "if [ -d place ]; then rmdir place; fi")",
                         "true"));
    Running running = project.start({"run", "plan.json", "--no-tui"});
    project.waitFor("up");
    running.signal(SIGKILL);
    running.wait(20);
    const Ran next = project.cirque({"run", project.planOf({"true"})});
    EXPECT_EQ(next.status, 0) << next.all();
    project.write("go", "");
    project.expectNoLeftovers();
    EXPECT_FALSE(project.exists("place"));
    EXPECT_EQ(project.shell("ls \"$CIRQUE_STATE_DIR/custom\"").out, "");
}

// A run that was killed at a place whose cleanup is this.
void leavePlace(const Project& project, const std::string& cleanup) {
    project.write("plan.json",
                  planOf(R"("name": "stuck", "cleanup": ")" + cleanup + '"', "touch up; sleep 600"));
    Running running = project.start({"run", "plan.json", "--no-tui"});
    const Ran up =
        project.shell("until ls \"$CIRQUE_STATE_DIR\"/work/*/custom/jobs/a/up; do sleep 0.05; done");
    EXPECT_EQ(up.status, 0) << up.all();
    running.signal(SIGKILL);
    running.wait(20);
}

// Wrong: each later run pays for it again, and repeats what nobody can change.
TEST(CustomExecutor, ACleanupThatFailsIsToldOnceAndRests) {
    const Project project;
    leavePlace(project, "echo try >> " + project.dir() + "/tries; echo no such host >&2; exit 4");
    const std::string local = project.planOf({"true"});
    const Ran first = project.cirque({"run", local});
    EXPECT_EQ(first.status, 0) << first.all();
    const Ran places = project.shell("cd \"$CIRQUE_STATE_DIR/custom\" && echo -n *");
    for (const std::string& word :
         {"the place " + places.out, std::string("'stuck' failed: exit 4: no such host"),
          "remove it yourself, and then " + project.state() + "/custom/" + places.out}) {
        EXPECT_NE(first.all().find(word), std::string::npos) << word << first.all();
    }
    const Ran second = project.cirque({"run", local});
    EXPECT_EQ(second.status, 0) << second.all();
    EXPECT_EQ(second.all().find("left over"), std::string::npos) << second.all();
    EXPECT_EQ(project.read("tries"), "try\n");
    EXPECT_EQ(project.shell("touch -d '2 hours ago' \"$CIRQUE_STATE_DIR\"/places/*").status, 0);
    EXPECT_EQ(project.cirque({"run", local}).status, 0);
    EXPECT_EQ(project.read("tries"), "try\ntry\n");
}

TEST(CustomExecutor, ARunThatCleansUpHearsASignal) {
    const Project project;
    leavePlace(project, "touch " + project.dir() + "/cleaning; exec sleep 600");
    Running run = project.start({"run", project.planOf({"echo STEP-RAN"}), "--no-tui"});
    project.waitFor("cleaning");
    run.signal(SIGINT);
    const Ran ran = run.wait(20);
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_FALSE(ran.outHas("STEP-RAN")) << ran.all();
    project.expectNoLeftovers();
    EXPECT_NE(project.shell("ls \"$CIRQUE_STATE_DIR/custom\"").out, "") << "it is still known";
}

// A daemon that does not answer is as bad.
TEST(CustomExecutor, ARunThatAsksAHungEngineHearsASignal) {
    const Project project;
    project.write("bin/podman", "#!/bin/sh\ntouch " + project.dir() + "/asked\nexec sleep 600\n", 0755);
    EXPECT_EQ(
        project.shell("mkdir -p \"$CIRQUE_STATE_DIR/places\" && : > \"$CIRQUE_STATE_DIR/places/oci.gone\"")
            .status,
        0);
    const std::string local = project.planOf({"echo STEP-RAN"});
    Running run = project.startShell("PATH=$PWD/bin:$PATH; exec " CIRQUE_PROGRAM " run --no-tui " + local);
    project.waitFor("asked");
    run.signal(SIGTERM);
    const Ran ran = run.wait(20);
    EXPECT_EQ(ran.status, 143) << ran.all();
    EXPECT_FALSE(ran.outHas("STEP-RAN")) << ran.all();
    project.expectNoLeftovers();
}

// Wrong: podman is asked for what docker has, finds nothing, and it is forgotten.
TEST(CustomExecutor, WhatAnotherEngineHasIsNotForgotten) {
    const Project project;
    const auto program = [&project](const std::string& name, int status) {
        project.write("bin/" + name,
                      "#!/bin/sh\necho " + name + " >> " + project.dir() + "/asked\nexit " +
                          std::to_string(status) + '\n',
                      0755);
    };
    program("podman", 0);
    program("docker", 1);
    project.write(
        "oci.json",
        R"({"plan": 1, "name": "t", "jobs": {"a": {"executor": {"kind": "oci", "options": {"image": "i"}}, "steps": [{"run": "true"}]}}})");
    const std::string run = "PATH=$PWD/bin:$PATH; " CIRQUE_PROGRAM " run --no-tui ";
    const std::string daemon = "export DOCKER_HOST=tcp://127.0.0.1:9; ";
    EXPECT_EQ(project.shell(daemon + run + "oci.json").status, 3) << "its daemon is gone";
    const std::string marks = project.shell("ls ../state/places").out;
    EXPECT_TRUE(marks.starts_with("oci.")) << marks;
    const std::string local = project.planOf({"true"});
    EXPECT_EQ(project.shell("rm asked; " + run + local).status, 0);
    EXPECT_FALSE(project.exists("asked")) << "podman has nothing of it";
    EXPECT_EQ(project.shell("ls ../state/places").out, marks);
    program("docker", 0);
    EXPECT_EQ(project.shell(daemon + run + local).status, 0);
    EXPECT_EQ(project.read("asked"), "docker\n");
    EXPECT_EQ(project.shell("ls ../state/places").out, "");
}

// Whatever places it has itself; those of a run that lives stay.
TEST(CustomExecutor, ARunWithoutSuchAPlaceCleansUpToo) {
    Project project;
    project.set("MARKS", project.dir() + "/marks");
    project.write("plan.json", planOf(R"("setup": "echo made >> $MARKS", "cleanup": "echo gone >> $MARKS")",
                                      "touch " + project.root() + "/up; sleep 600"));
    Running running = project.start({"run", "plan.json", "--no-tui"});
    project.waitFor(project.root() + "/up");
    const std::string local = project.planOf({"true"});
    EXPECT_EQ(project.cirque({"run", local}).status, 0);
    EXPECT_EQ(project.read("marks"), "made\n");
    running.signal(SIGKILL);
    running.wait(20);
    EXPECT_EQ(project.cirque({"run", local}).status, 0);
    EXPECT_EQ(project.read("marks"), "made\ngone\n");
    EXPECT_EQ(project.shell("ls \"$CIRQUE_STATE_DIR/places\"").out, "");
}

// What it prints is in the job's log, however much it is.
TEST(CustomExecutor, ASetupMayPrintALot) {
    const Project project;
    project.write("plan.json", planOf(R"("setup": "seq 400000")", "true"));
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 0) << ran.all().substr(0, 2000);
    EXPECT_TRUE(ran.outHas("400000")) << ran.all().substr(0, 2000);
}

// An executor as the peer's contract describes it: closed argument sets, bash text, its own artifact store.
constexpr const char* peer = R"nix({ nixactions }:
let
  mine = nixactions.mkExecutor {
    name = "mine";
    copyRepo = false;
    setupWorkspace = { actionDerivations }: ''echo "workspace for ${toString (builtins.length actionDerivations)}"'';
    setupJob = { jobName, actionDerivations }: ''
      export PLACE=$(mktemp -d)
      echo "job ${jobName}"
    '';
    executeJob = { jobName, actionDerivations, env }:
      builtins.concatStringsSep "\n" (map (action: ''(cd "$PLACE" && "${action}/bin/${action.name}")'') actionDerivations);
    saveArtifact = { name, path, jobName }: ''
      mkdir -p "$NIXACTIONS_ARTIFACTS_DIR/${name}"
      cp -r "$PLACE/${path}" "$NIXACTIONS_ARTIFACTS_DIR/${name}/"
    '';
    restoreArtifact = { name, path, jobName }: ''cp -r "$NIXACTIONS_ARTIFACTS_DIR/${name}/." "$PLACE/${path}/"'';
    cleanupJob = { jobName }: ''rm -rf "$PLACE"; echo "cleaned ${jobName}" >> "$MARKS"'';
  };
in
nixactions.mkWorkflow {
  name = "peer";
  jobs.make = { executor = mine; env.WHO = "you"; steps = [ { name = "write"; bash = "echo hello $WHO > made"; } ]; outputs.made = "made"; };
  jobs.use = { executor = mine; needs = [ "make" ]; inputs = [ "made" ]; steps = [ { name = "read"; bash = "cat made"; } ]; };
  jobs.fails = { executor = mine; steps = [ { name = "no"; bash = "exit 4"; } { name = "after"; bash = "echo never-seen"; } ]; };
})nix";

TEST(CustomExecutor, AnExecutorOfHooksRunsWithTheEnginesMeaning) {
    Project project;
    usePrivateNix(project);
    project.write("ci.nix", peer);
    project.set("MARKS", project.dir() + "/marks");
    const Ran ran = project.cirque({"run", "--inherit-env"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    const auto jobs = RunRecord(project).jobs();
    EXPECT_EQ(jobs.at("make"), "succeeded") << ran.all();
    EXPECT_EQ(jobs.at("use"), "succeeded") << ran.all();
    EXPECT_EQ(jobs.at("fails"), "failed exit 4") << "the peer's containers end green here";
    EXPECT_NE(ran.all().find("hello you"), std::string::npos) << ran.all();
    EXPECT_EQ(ran.all().find("never-seen\n"), std::string::npos) << ran.all();
    const std::string marks = project.read("marks");
    for (const char* job : {"make", "use", "fails"}) {
        EXPECT_NE(marks.find(std::string("cleaned ") + job), std::string::npos) << marks;
    }
}

// A misspelt clean-up never ran, and of two descriptions one was forgotten.
TEST(CustomExecutor, HooksThatThereAreNotAreRefused) {
    Project project;
    usePrivateNix(project);
    const auto refused = [&](const std::string& key) {
        project.write("ci.nix",
                      fmt::format(R"nix({{ cirque, ... }}: cirque.mkWorkflow {{ name = "w"; jobs.a = {{
          executor = cirque.mkExecutor {{ name = "mine"; executeJob = _: "true"; {} }}; steps = [ {{ bash = "true"; }} ]; }}; }})nix",
                                  key));
        const Ran ran = project.cirque({"run"});
        EXPECT_EQ(ran.status, 2) << ran.all();
        return ran.all();
    };
    EXPECT_NE(refused("cleanupjob = _: \"\";").find("'cleanupjob'"), std::string::npos);
    EXPECT_NE(refused("extraPackages = [ ];").find("'extraPackages'"), std::string::npos);
    EXPECT_NE(refused("connect = \"exec bash\";").find("not by both"), std::string::npos);
}

} // namespace
} // namespace cirque::test
