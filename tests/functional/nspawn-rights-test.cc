// SPDX-License-Identifier: Apache-2.0
// What a machine of systemd-nspawn may and may not: a step that can do more to this machine than its machine
// can, or a trial that disturbs runs, would be the failure.
#include "tests/functional/support/nspawn.hh"
#include "tests/functional/support/run-record.hh"

#include <csignal>

namespace cirque::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Each, NspawnKinds, testing::Bool(),
                         [](const auto& info) { return info.param ? "Booted" : "Plain"; });

// Else 'date -s', modprobe and kexec of a step would be this machine's.
TEST_P(NspawnKinds, AStepMayNoMoreThanAMachineMay) {
    const Project project;
    const Ran ran = project.cirque(
        {"run",
         plan(project,
              {"b=$(sed -n 's/^CapBnd:\t//p' /proc/self/status); time=25 module=16 raw=17 sys_admin=21; "
               "echo above $((0x$b >> time & 1)) $((0x$b >> module & 1)) $((0x$b >> raw & 1)), "
               "below $((0x$b >> sys_admin & 1)), $(grep -E '^Seccomp:' /proc/self/status)"},
              more())});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("above 0 0 0, below 1, Seccomp: 2")) << ran.all();
}

TEST(Nspawn, AStepOfABootedMachineIsAsItsServicesAre) {
    const Project project;
    const std::string look = "grep -E '^(Cap(Prm|Eff|Bnd)|NoNewPrivs|Seccomp|Seccomp_filters|SigIgn)' ";
    const Ran ran = project.cirque(
        {"run", plan(project,
                     {"diff <(systemd-run --quiet --wait --pipe -p IgnoreSIGPIPE=no " + look +
                          "/proc/self/status) <(" + look + "/proc/self/status) && echo as a service",
                      "systemctl show -P MainPID cirque-agent; systemctl show -P TasksMax cirque-agent; "
                      "systemctl isolate multi-user.target; ls -A /run/cirque/streams; echo still here"},
                     booted)});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("as a service")) << ran.all();
    EXPECT_TRUE(ran.outHas("] infinity")) << ran.all();
    EXPECT_TRUE(ran.outHas("still here")) << ran.all();
    EXPECT_FALSE(ran.outHas("] in\n")) << "the agent's streams are nobody's: " << ran.all();
    expectNothingLeft(project);
}

TEST(Nspawn, AMachineThatAStepSwitchesOffIsInfrastructure) {
    const Project project;
    const Ran ran = project.cirque({"run", plan(project, {"systemctl poweroff; sleep 600"}, booted)});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs().at("main"), "infrastructure") << ran.all();
    expectNothingLeft(project);
}

// A doctor whose machine waits for the file "go" before it begins; it has begun to wait.
Running startDoctor(const Project& project) {
    project.write("bin/systemd-nspawn",
                  "#!/bin/sh\ntouch " + project.dir() + "/trying\nwhile test ! -e " + project.dir() +
                      "/go; do sleep 0.05; done\nPATH=${PATH#*:} exec systemd-nspawn \"$@\"\n",
                  0755);
    Running doctor = project.startShell("PATH=$PWD/bin:$PATH; exec " CIRQUE_PROGRAM " doctor");
    project.waitFor("trying");
    return doctor;
}

// Wrong: a run takes it for what a dead one left.
TEST(Nspawn, ARunLeavesTheMachineOfADoctorAlone) {
    const Project project;
    Running doctor = startDoctor(project);
    const Ran ran = project.cirque({"run", plan(project, {"true"})});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(ran.all().find("left over"), std::string::npos) << ran.all();
    project.write("go", "");
    const Ran said = doctor.wait();
    EXPECT_TRUE(said.outHas("place nspawn") && !said.outHas("cannot run at executors.nspawn")) << said.all();
    EXPECT_EQ(project.shell("ls -A ../state/nspawn ../state/work 2>/dev/null | grep -v :").out, "");
}

TEST(Nspawn, WhatAKilledDoctorLeftGoesWithTheNextRun) {
    const Project project;
    Running doctor = startDoctor(project);
    doctor.signal(SIGKILL);
    (void)doctor.wait(20);
    const Ran ran = project.cirque({"run", plan(project, {"true"})});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(project.shell("find ../state/nspawn ../state/work -mindepth 1").out, "");
    expectNothingLeft(project);
}

TEST(Nspawn, DoctorTriesAMachine) {
    const Project project;
    const Ran ran = project.cirque({"doctor"});
    EXPECT_TRUE(ran.outHas("place nspawn") && !ran.outHas("cannot run at executors.nspawn")) << ran.all();
    EXPECT_EQ(project.shell("find ../state/nspawn ../state/work -mindepth 1 2>/dev/null").out, "");
}

} // namespace
} // namespace cirque::test
