// SPDX-License-Identifier: Apache-2.0
// The places that tests of executors stand on work by themselves, without Cirque: when one of these fails,
// the machine or a package has changed, not the program.
#include "tests/functional/support/places.hh"
#include "tests/functional/support/sshd.hh"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace cirque::test {
namespace {

TEST(PlacesEnv, ContainerSharesAFolderAndPassesItsExitCode) {
    const Places places;
    Project project;
    places.use(project);
    const Ran ran = project.shell(fmt::format("podman run --rm --network=none -v \"$PWD\":/ws -w /ws {} bash "
                                              "-c 'echo from the container > f; exit 9'",
                                              Places::image));
    EXPECT_EQ(ran.status, 9) << ran.all();
    EXPECT_EQ(project.read("f"), "from the container\n");
    EXPECT_EQ(places.containers(), "");
}

TEST(PlacesEnv, ContainerWithoutBashHasAShell) {
    const Places places;
    const Ran ran = places.podman(
        fmt::format("run --rm --network=none {} sh -c 'command -v bash || ls /usr/bin/bash; exit 5'",
                    Places::noBashImage));
    EXPECT_EQ(ran.status, 5) << ran.all();
    EXPECT_EQ(ran.out, "") << ran.all();
}

TEST(PlacesEnv, ContainersAndImagesOfOneTestAreUnknownToAnother) {
    const Places one;
    const Places other;
    const Ran started = one.podman(fmt::format("run -d --network=none {} sleep 600", Places::noBashImage));
    EXPECT_EQ(started.status, 0) << started.all();
    const Ran kept =
        one.podman(fmt::format("commit --quiet --pause=false {} localhost/kept", started.out.substr(0, 12)));
    EXPECT_EQ(kept.status, 0) << kept.all();
    EXPECT_NE(one.containers(), "");
    EXPECT_EQ(other.containers(), "");
    EXPECT_NE(other.podman("image exists localhost/kept").status, 0);
    EXPECT_EQ(other.podman(fmt::format("image exists {}", Places::image)).status, 0);
}

std::string nspawn(const Places& places, const std::string& options) {
    return fmt::format(
        "systemd-nspawn -q -D '{}' --volatile=overlay --register=no --keep-unit --private-network {}",
        places.rootfs(), options);
}

TEST(PlacesEnv, NspawnSharesAFolderAndPassesItsExitCode) {
    const Places places;
    const Project project;
    const Ran ran = project.shell(nspawn(
        places,
        "--bind=\"$PWD\":/ws --chdir=/ws bash -c 'echo from the machine > f; echo x > /etc/x; exit 4'"));
    EXPECT_EQ(ran.status, 4) << ran.all();
    EXPECT_EQ(project.read("f"), "from the machine\n");
    EXPECT_FALSE(std::filesystem::exists(places.rootfs() + "/etc/x"));
}

TEST(PlacesEnv, NspawnBootsItsSystemd) {
    const Places places;
    const Project project;
    Running machine = project.startShell("exec " + nspawn(places, "--console=read-only --boot"));
    const std::string inside = fmt::format("leader=$(cat /proc/{0}/task/{0}/children) && nsenter --target "
                                           "$leader --mount --uts --ipc --net --pid ",
                                           machine.pid());
    const Ran state = project.shell(fmt::format("for i in $(seq 300); do s=$({} systemctl is-system-running "
                                                "2>&1) && break; sleep 0.1; done; echo \"$s\"",
                                                inside),
                                    60);
    EXPECT_EQ(state.out, "running\n") << state.all();
    const Ran unit = project.shell(inside + "systemd-run --wait --pipe --quiet bash -c 'exit 4'");
    EXPECT_EQ(unit.status, 4) << unit.all();
    (void)project.shell(inside + "systemctl poweroff");
    const Ran ended = machine.wait(60);
    EXPECT_EQ(ended.status, 0) << ended.all();
}

TEST(PlacesEnv, SshRunsACommandOnWhatLooksLikeAnotherMachine) {
    const Sshd sshd;
    std::ofstream(sshd.at("/root/here")) << "a file of that machine\n";
    const Ran ran = sshd.ssh("cat here; ls /nix /tmp /run/user 2>/dev/null; exit 7");
    EXPECT_EQ(ran.status, 7) << ran.all();
    EXPECT_EQ(ran.out, "a file of that machine\n/nix:\n\n/tmp:\n") << ran.all();
    sshd.expectNoLeftovers();
}

TEST(PlacesEnv, SshWithAndWithoutNix) {
    const Sshd with;
    const Ran added = with.ssh("echo text > f && nix-store --add f && nix-store --verify");
    EXPECT_EQ(added.status, 0) << added.all();
    EXPECT_TRUE(added.out.starts_with("/nix/store/")) << added.all();
    const Sshd without({.nix = false});
    const Ran none = without.ssh("command -v nix nix-store nix-build; test -x /usr/bin/bash");
    EXPECT_EQ(none.status, 0) << none.all();
    EXPECT_EQ(none.out, "");
}

TEST(PlacesEnv, SshHostsThatAreUnknownOrChangedAreRefused) {
    const Sshd sshd;
    sshd.changeHostKey();
    const Ran changed = sshd.ssh("true");
    EXPECT_EQ(changed.status, 255);
    EXPECT_TRUE(changed.errHas("HOST IDENTIFICATION HAS CHANGED")) << changed.all();
    sshd.forgetHostKey();
    const Ran unknown = sshd.ssh("true");
    EXPECT_EQ(unknown.status, 255);
    EXPECT_TRUE(unknown.errHas("Host key verification failed")) << unknown.all();
}

TEST(PlacesEnv, SshSessionsCanBeCutAndTheMachineStopped) {
    Sshd sshd;
    const Project project;
    Running client =
        project.startShell(fmt::format("exec ssh -F '{}' place 'touch started; sleep 600'", sshd.config()));
    project.waitFor(sshd.at("/root/started"));
    sshd.killSessions();
    EXPECT_EQ(client.wait(10).status, 255);
    EXPECT_FALSE(sshd.processes().empty()) << "sleep goes on without a caller";
    sshd.stop();
    EXPECT_EQ(sshd.ssh("true").status, 255);
    sshd.start();
    EXPECT_EQ(sshd.ssh("test -e started").status, 0) << "its disk outlives a stop";
}

TEST(PlacesEnv, SshHostCanLackPrograms) {
    const Sshd sshd({.without = {"bash", "tar"}});
    const Ran ran = sshd.ssh("command -v bash tar || echo \"$0 has neither\"");
    EXPECT_EQ(ran.out, "sh has neither\n") << ran.all();
}

TEST(PlacesEnv, SshDiskCanBeSmall) {
    const Sshd sshd({.disk = "1m"});
    const Ran full = sshd.ssh("head -c 2000000 /dev/zero > big");
    EXPECT_NE(full.status, 0);
    EXPECT_TRUE(full.errHas("No space left on device")) << full.all();
}

} // namespace
} // namespace cirque::test
