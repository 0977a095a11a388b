// SPDX-License-Identifier: Apache-2.0
// What a machine of systemd-nspawn may and may not: a step that can do more to this machine than its machine
// can, or a trial that disturbs runs, would be the failure.
#include "tests/functional/support/nspawn.hh"
#include "tests/functional/support/run-record.hh"

#include <filesystem>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;

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

TEST(Nspawn, DoctorTriesAMachine) {
    const Project project;
    const Ran ran = project.cirque({"doctor"});
    EXPECT_TRUE(ran.outHas("place nspawn") && !ran.outHas("cannot run at executors.nspawn")) << ran.all();
    EXPECT_FALSE(fs::exists(project.state() + "/work/doctor"));
}

} // namespace
} // namespace cirque::test
