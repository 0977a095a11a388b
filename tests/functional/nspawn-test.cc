// SPDX-License-Identifier: Apache-2.0
// Machines of systemd-nspawn for real: a job that is not in its machine, a root file system that was written
// to, a machine, mount or cgroup that outlives its job, or a lost machine that passes for a verdict would be
// the failure.
#include "tests/functional/support/nspawn.hh"

#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

INSTANTIATE_TEST_SUITE_P(Each, NspawnKinds, testing::Bool(),
                         [](const auto& info) { return info.param ? "Booted" : "Plain"; });

TEST_P(NspawnKinds, AJobRunsInItsMachine) {
    const Project project;
    project.write("given", "from the tree\n");
    const Ran ran = project.cirque(
        {"run",
         plan(
             project,
             {"cat given; . /etc/os-release; echo on $ID; pwd; ls -d /proc/[0-9]* | wc -l; cat /proc/net/dev",
              "test ! -e " + project.state() + " && echo hidden", "echo x >/etc/written && echo y >made",
              "cat made; exit 4"},
             more())});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs().at("main"), "failed exit 4") << ran.all();
    for (const char* line : {"from the tree", "on debian", "/build/jobs/main", "hidden", "] y"}) {
        EXPECT_TRUE(ran.outHas(line)) << line << ran.all();
    }
    EXPECT_FALSE(ran.outHas("eth0:")) << "it must not see this machine's network: " << ran.all();
    EXPECT_FALSE(fs::exists(places().rootfs() + "/etc/written"));
    EXPECT_FALSE(fs::exists(places().rootfs() + "/build"));
    EXPECT_FALSE(fs::exists(places().rootfs() + "/../.#rootfs.lck"));
    expectNothingLeft(project);
}

TEST_P(NspawnKinds, FilesOfTheJobBelongToTheCaller) {
    const Project project;
    const Ran ran =
        project.cirque({"run", "--keep", plan(project, {"mkdir d; touch d/f; chmod 600 d/f"}, more())});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const Ran owners = project.shell(
        fmt::format("find '{}/work' -path '*/jobs/main/d*' -printf '%U %f\\n' | sort", project.state()));
    EXPECT_EQ(owners.out, fmt::format("{0} d\n{0} f\n", getuid())) << owners.all();
}

TEST_P(NspawnKinds, MountsAreSeenAndOnlyWrittenWhenAsked) {
    const Project project;
    project.write("data/f", "mounted\n");
    fs::create_directory(project.dir() + "/out");
    const Ran ran = project.cirque(
        {"run", plan(project, {"cat /srv/data/f; ! touch /srv/data/g; echo result >/srv/a:b/r"},
                     more() + fmt::format(R"(,"extraMounts":[{{"source":"data","target":"/srv/data"}},)"
                                          R"({{"source":{},"target":"/srv/a:b","write":true}}])",
                                          quoteJson(project.dir() + "/out")))});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("mounted")) << ran.all();
    EXPECT_EQ(project.read("out/r"), "result\n");
    expectNothingLeft(project);
}

TEST_P(NspawnKinds, ItHasThisMachinesNetworkWhenAsked) {
    const Project project;
    const Ran here = project.shell("readlink /proc/self/ns/net");
    const Ran ran =
        project.cirque({"run", plan(project, {"readlink /proc/self/ns/net"}, more() + R"(,"network":true)")});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas(here.out)) << ran.all();
}

TEST_P(NspawnKinds, JobsRunSideBySideOnOneRoot) {
    const Project project;
    const std::string meet =
        quoteJson("touch /meet/$JOB_NAME; until test -e /meet/a && test -e /meet/b; do sleep 0.05; done");
    const std::string options =
        more() + fmt::format(R"(,"extraMounts":[{{"source":{},"target":"/meet","write":true}}])",
                             quoteJson(project.dir()));
    project.write("p.json",
                  fmt::format(R"({{"plan":1,"name":"t","jobs":{{"a":{{{0},"steps":[{{"run":{1}}}]}},)"
                              R"("b":{{{0},"steps":[{{"run":{1}}}]}}}}}})",
                              executor(places().rootfs(), options), meet));
    const Ran ran = project.cirque({"run", "p.json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    expectNothingLeft(project);
}

TEST_P(NspawnKinds, CancelEndsTheMachine) {
    const Project project;
    Running run =
        project.start({"run", plan(project, {"(setsid sleep 600 &); echo alive >made; sleep 600"}, more())});
    while (!run.outSoFar().contains("[main/s1] started")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    run.signal(SIGINT);
    const Ran ran = run.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    expectNothingLeft(project);
}

TEST_P(NspawnKinds, CancelWhileTheMachineBeginsEndsIt) {
    const Project project;
    Running run = project.start({"run", plan(project, {"echo STEP-RAN; sleep 600"}, more())});
    while (!run.outSoFar().contains("[main] started")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    run.signal(SIGINT);
    const Ran ran = run.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    expectNothingLeft(project);
}

TEST_P(NspawnKinds, AKilledCirqueLeavesNoMachine) {
    const Project project;
    project.write("p.json",
                  fmt::format(R"({{"plan":1,"name":"t","jobs":{{"main":{{{},"steps":[{{"run":{}}}]}}}}}})",
                              executor(places().rootfs(), more()), quoteJson("echo alive; sleep 600")));
    Running run = project.start({"run", "p.json"});
    while (!run.outSoFar().contains("] alive")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const std::string machines = machinesOf(project);
    run.signal(SIGKILL);
    (void)run.wait();
    const Ran processes = project.shell(fmt::format("for i in $(seq 200); do grep -lzs -e '--[m]achine={}' "
                                                    "/proc/[0-9]*/cmdline || exit 0; "
                                                    "sleep 0.05; done; exit 1",
                                                    machines));
    EXPECT_EQ(processes.status, 0) << "its machine must end at once: " << processes.all();
    // what is left is a file and empty cgroups; the next run of such a job takes them away
    const Ran next = project.cirque({"run", plan(project, {"true"}, more())});
    EXPECT_EQ(next.status, 0) << next.all();
    const Ran left =
        project.shell(fmt::format("find /sys/fs/cgroup -depth -name '{}*' 2>/dev/null; ls -A {}/nspawn; true",
                                  machines, project.state()));
    EXPECT_EQ(left.out, "") << left.all();
    expectNothingLeft(project);
}

TEST_P(NspawnKinds, AKilledMachineIsInfrastructure) {
    const Project project;
    Running run = project.start({"run", plan(project, {"echo alive; sleep 600", "echo NEXT-STEP"}, more())});
    while (!run.outSoFar().contains("] alive")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ASSERT_EQ(::kill(nspawnOf(project), SIGKILL), 0);
    const Ran ran = run.wait();
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs().at("main"), "infrastructure") << ran.all();
    EXPECT_TRUE(ran.all().contains("the machine " + machinesOf(project))) << "it says what is gone";
    EXPECT_FALSE(ran.all().contains("sigprocmask"))
        << "what wraps it has a complaint of its own: " << ran.all();
    EXPECT_FALSE(ran.outHas("NEXT-STEP")) << ran.all();
    expectNothingLeft(project);
}

TEST(Nspawn, ABootedMachineHasASystemd) {
    const Project project;
    const Ran ran = project.cirque(
        {"run", plan(project,
                     {"cat /proc/1/comm; systemctl is-system-running",
                      "systemd-run --wait --pipe --quiet bash -c 'exit 4' || echo unit ended with $?"},
                     booted)});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[main/s1] systemd")) << ran.all();
    EXPECT_TRUE(ran.outHas("[main/s1] running")) << ran.all();
    EXPECT_TRUE(ran.outHas("unit ended with 4")) << ran.all();
    expectNothingLeft(project);
}

// A root whose only program is a busybox.
std::string smallRoot(const Project& project, const std::string& init) {
    const Ran made =
        project.shell("mkdir -p root/usr/bin root/usr/lib/systemd root/etc && ln -s usr/bin root/bin && "
                      "cp $(command -v busybox) root/usr/bin/bash && ln -s bash root/usr/bin/sh && "
                      "echo ID=small >root/etc/os-release");
    EXPECT_EQ(made.status, 0) << made.all();
    if (!init.empty()) {
        project.write("root/usr/lib/systemd/systemd", init, 0755);
    }
    return project.dir() + "/root";
}

TEST(Nspawn, ABootThatFailsShowsTheConsole) {
    const Project project;
    const std::string root = smallRoot(project, "#!/bin/sh\necho WORDS OF THE CONSOLE\nexit 7\n");
    const Ran ran = project.cirque({"run", project.planOf({"true"}, executor(root, booted))});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("WORDS OF THE CONSOLE")) << ran.all();
    EXPECT_TRUE(ran.all().contains("did not boot")) << ran.all();
    EXPECT_TRUE(ran.all().contains("ended with status 7")) << ran.all();
    expectNothingLeft(project);
}

TEST(Nspawn, WhatIsMissingIsSaidBeforeAnythingRuns) {
    const Project project;
    const auto refused = [&](const std::string& extra, const Texts& words) {
        const Ran ran = project.cirque({"run", project.planOf({"echo STEP-RAN"}, extra)});
        EXPECT_EQ(ran.status, 3) << ran.all();
        EXPECT_FALSE(ran.outHas("started")) << ran.all();
        EXPECT_TRUE(ran.all().contains("job 'main' cannot run in its place, 'nspawn'")) << ran.all();
        for (const std::string& word : words) {
            EXPECT_TRUE(ran.all().contains(word)) << ran.all();
        }
    };
    refused(executor("/no/such/root", ""), {"/no/such/root", "mmdebstrap"});
    fs::create_directory(project.dir() + "/empty");
    refused(executor("empty", ""), {"there is no bash in " + project.dir() + "/empty"});
    const std::string root = smallRoot(project, "");
    refused(executor(root, booted), {"there is no systemd in " + root});
    refused(executor(root, R"(,"extraMounts":["/no/such/folder"])"), {"/no/such/folder"});
    refused(executor(root, R"(,"extraMounts":[".."])"), {"leads out of the project"});
    refused(executor(root, fmt::format(R"(,"extraMounts":["{}","."])", project.root())),
            {"would show " + project.state()});
}

TEST(Nspawn, AMachineOfAnotherProcessorIsRefused) {
    const Project project;
    const std::string root = smallRoot(project, "");
    // nothing can run on it: the place of the agent is taken by a file
    project.write("root/run", "");
    const Ran ran = project.cirque({"run", project.planOf({"echo STEP-RAN"}, executor(root, ""))});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.all().contains("does not start")) << ran.all();
}

TEST(Nspawn, ItSaysThatItNeedsRoot) {
    const Project project;
    const std::string document = plan(project, {"true"});
    const Ran user = project.shell(fmt::format("chown -R 65534 '{}'; exec setpriv --reuid=65534 '{}' run {}",
                                               project.root(), project.programForAnyone(), document));
    EXPECT_EQ(user.status, 3) << user.all();
    EXPECT_TRUE(user.outHas("works for root only")) << user.all();
    EXPECT_TRUE(user.outHas("executors.sandbox")) << user.all();
}

TEST(Nspawn, ItSaysThatItNeedsSystemdNspawn) {
    const Project project;
    const std::string document = plan(project, {"true"});
    const Ran missing = project.shell(fmt::format("mkdir bin; for p in bash git nix; do ln -s $(command -v "
                                                  "$p) bin; done; PATH=$PWD/bin exec '{}' run {}",
                                                  CIRQUE_PROGRAM, document));
    EXPECT_EQ(missing.status, 3) << missing.all();
    EXPECT_TRUE(missing.outHas("systemd-nspawn is not on PATH")) << missing.all();
    EXPECT_TRUE(missing.outHas("apt-get install systemd-container")) << missing.all();
}

// A run that was killed together with the kernel's memory of its parents: its machine is known by its file
// alone.
TEST(Nspawn, AMachineThatOutlivedItsRunIsEndedAtTheNextStart) {
    const Project project;
    const std::string machine = fmt::format("cirque-{:012x}-1-main", ::getpid());
    const Ran made = project.shell(fmt::format(
        "d=/sys/fs/cgroup/systemd; test -d $d || d=/sys/fs/cgroup; mkdir -p $d/{0}/inner {1}/nspawn && "
        "echo '{{\"machine\":\"{0}\",\"run\":\"gone\",\"cgroups\":[\"'$d/{0}'\"]}}' >{1}/nspawn/{0}",
        machine, project.state()));
    ASSERT_EQ(made.status, 0) << made.all();
    // without a child, which would be left when it is killed
    Running old = project.startShell(fmt::format(
        "mkfifo {0}/wait && exec bash -c 'touch {0}/up; read -rt 600 <>{0}/wait; :' bash --machine={1}",
        project.root(), machine));
    project.waitFor(project.root() + "/up");
    const Ran ran = project.cirque({"run", plan(project, {"true"})});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(old.wait(10).status, 128 + SIGKILL);
    EXPECT_FALSE(fs::exists(project.state() + "/nspawn/" + machine));
    const Ran left = project.shell("find /sys/fs/cgroup -name " + machine);
    EXPECT_EQ(left.out, "");
}

// Not a NixOS, which cannot be had here: what stands in for one has its layout (init, sw/bin, the store), and
// nothing else.
TEST(Nspawn, ASystemOfTheStoreIsBootedOnAnEmptyRoot) {
    const Project project;
    const std::string system = "/nix/store/00000000000000000000000000000000-nixos-stand-in";
    const std::string there = "nix" + system.substr(4);
    const Ran made =
        project.shell(fmt::format("mkdir -p {0}/sw/bin && cp $(command -v busybox) {0}/sw/bin/ && "
                                  "for p in sh bash cat ls touch ln sleep test mkdir; do "
                                  "ln -s busybox {0}/sw/bin/$p; done",
                                  there));
    ASSERT_EQ(made.status, 0) << made.all();
    project.write(there + "/init",
                  fmt::format("#!{0}/sw/bin/sh\nPATH={0}/sw/bin\nln -s {0} /run/current-system\n"
                              "touch /run/booted\nwhile true; do sleep 1; done\n",
                              system),
                  0755);
    project.write(there + "/sw/bin/systemctl",
                  fmt::format("#!{0}/sw/bin/sh\ntest -e /run/booted && echo running\n", system), 0755);
    project.write(there + "/sw/bin/systemd-run",
                  fmt::format("#!{0}/sw/bin/sh\nPATH={0}/sw/bin\nwhile test $1 != --; do shift; done; shift\n"
                              "cd /run/cirque/streams && \"$@\" <in >out 2>err &\n",
                              system),
                  0755);
    project.write(
        "p.json",
        fmt::format(
            R"({{"plan":1,"name":"t","jobs":{{"main":{{"executor":{{"kind":"nspawn","options":{{)"
            R"("system":"{}"}}}},"steps":[{{"run":["sh","-c",{}]}}]}}}}}})",
            system,
            quoteJson("cat /proc/1/cmdline; cat /etc/os-release; pwd; ! touch /nix/store/x 2>/dev/null")));
    const Ran ran = project.shell(fmt::format("exec unshare --mount --propagation private sh -c "
                                              "'mount --bind nix /nix && exec {} run p.json'",
                                              CIRQUE_PROGRAM));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas(system + "/init")) << ran.all();
    EXPECT_TRUE(ran.outHas("ID=nixos")) << ran.all();
    EXPECT_TRUE(ran.outHas("/build/jobs/main")) << ran.all();
    expectNothingLeft(project);
}

TEST(Nspawn, TheExampleRuns) {
    Project project;
    usePrivateNix(project);
    fs::copy(fs::path(CIRQUE_SOURCE) / "examples/nspawn", project.dir(), fs::copy_options::recursive);
    std::string text = project.read("ci.nix");
    const std::string root = "\"/var/lib/machines/debian\"";
    ASSERT_TRUE(text.contains(root));
    project.write("ci.nix", text.replace(text.find(root), root.size(), quoteJson(places().rootfs())));
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[reckless/where] running on Debian")) << ran.all();
    EXPECT_TRUE(ran.outHas("[service/survives-a-crash] systemd has started it again")) << ran.all();
    EXPECT_TRUE(fs::exists(places().rootfs() + "/etc/apt"));
    expectNothingLeft(project);
}

// A repository's copy borrows the objects of the caller's: without them git is broken in the machine.
TEST_P(NspawnKinds, GitWorksInTheJobsFolder) {
    const Project project;
    project.write("f", "text\n");
    const std::string document =
        plan(project, {"git log --format=%s; git status --short; git show HEAD:f"}, more());
    project.commitAll();
    const Ran ran = project.cirque({"run", document});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("] all\n") && ran.outHas("] text\n")) << ran.all();
}

} // namespace
} // namespace cirque::test
