// SPDX-License-Identifier: Apache-2.0
// A sandbox as a place: what works in it, what can be added to it, and what is said where there can be none.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"
#include "tests/functional/support/sandbox.hh"

#include <csignal>

namespace cirque::test {
namespace {

TEST_F(Sandbox, AJobWorksAsAnywhereElse) {
    project.commitAll();
    const Ran ran = run("sandbox",
                        "cat tree-file; git log --oneline; git status --short; echo made > out; "
                        "echo \"$PWD\"; touch /tmp/x /dev/shm/x",
                        "{}", R"(,"outputs":{"out":"out"})");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("of the tree") && ran.outHas(" all\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("/jobs/main")) << ran.all();
    EXPECT_EQ(RunRecord(project).artifacts().size(), 1U);
    EXPECT_FALSE(project.exists("out"));
}

TEST_F(Sandbox, KeepSaysWhereTheFoldersReallyAre) {
    project.write("plan.json", R"({"plan": 1, "name": "t", "jobs": {"main": {"executor": {"kind": "sandbox"},
        "steps": [{"name": "s", "run": "echo kept > made"}]}}})");
    const Ran ran = project.cirque({"run", "plan.json", "--no-tui", "--keep"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const Ran found = project.shell("find " + project.state() + " -name made");
    EXPECT_TRUE(ran.outHas(found.out.substr(0, found.out.find("/jobs/") + 5))) << found.out << ran.all();
}

// What a job did to its own folder is the job's failure, not the place's.
TEST_F(Sandbox, AStepThatShutTheJobsFolderFailsTheJobAndSaysSo) {
    const Ran ran = project.cirque(
        {"run", project.planOf({"chmod 000 .", "true"}, R"("executor": {"kind": "sandbox"})")});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_NE(ran.all().find("cannot be entered"), std::string::npos) << ran.all();
}

// Its network is its own, and what a job starts there can be reached there.
TEST_F(Sandbox, AJobReachesItsOwnLoopback) {
    const Ran ran = run("sandbox", "python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); "
                                   "socket.create_connection(s.getsockname()); print(\"REACHED\")'; "
                                   "getent hosts localhost sandbox");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("REACHED")) << ran.all();
}

// What a build step makes comes after the sandbox, and a later step reads it; in a store of another folder.
TEST_F(Sandbox, WhatAStepOfTheJobBuildsIsSeen) {
    usePrivateNix(project);
    project.write("ci.nix", R"nix({ cirque, ... }: let
      made = derivation { name = "made"; system = builtins.currentSystem; builder = "/bin/sh";
                          args = [ "-c" "echo made by nix > $out; exit 0" ]; };
    in cirque.mkWorkflow { name = "w"; jobs.a = { executor = cirque.executors.local { sandbox = true; };
      results = [ "out" ]; steps = [ { name = "make"; build = made; }
      { name = "use"; bash = "cat ${builtins.unsafeDiscardStringContext made.outPath}"; } ]; }; })nix");
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[a/use] made by nix")) << ran.all();
}

// Nix's default group is missing, which Nix asks of root also there; then the wrong store was seen.
TEST_F(Sandbox, WhatAStepOfTheJobBuildsInAChrootStoreIsSeen) {
    const Ran shell = project.shell("command -v busybox");
    usePrivateNix(project, "sandbox-paths = /bin/sh=" + shell.out);
    for (const char* name : {"NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_LOG_DIR"}) {
        project.set(name, std::nullopt);
    }
    project.set("NIX_REMOTE", "local?root=" + project.root() + "/chroot");
    project.write("ci.nix", R"nix({ cirque, ... }: let
      made = derivation { name = "made"; system = builtins.currentSystem; builder = "/bin/sh";
                          args = [ "-c" "echo made below another folder > $out; exit 0" ]; };
    in cirque.mkWorkflow { name = "w"; jobs.a = { executor = cirque.executors.sandbox; steps = [
      { name = "make"; build = made; }
      { name = "use"; bash = "cat ${builtins.unsafeDiscardStringContext made.outPath}"; } ]; }; })nix");
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[a/use] made below another folder")) << ran.all();
}

// The other way to write it, which ran without a wall and green; with options of a sandbox among its own.
TEST_F(Sandbox, LocalWithSandboxIsOneEverywhereItCanBeSaid) {
    usePrivateNix(project);
    const std::string look =
        "test -e " + project.root() + "/home/.ssh && echo OPEN || echo WALLED; cat /of-tree";
    const std::string mount = R"("mounts":[{"source":"tree-file","target":"/of-tree"}])";
    const Ran planned = run("local", look, "{" + mount + R"(,"sandbox":true})");
    EXPECT_TRUE(planned.status == 0 && planned.outHas("WALLED")) << planned.all();
    project.write("ci.nix", fmt::format(R"nix({{ cirque, ... }}: cirque.mkWorkflow {{ name = "w"; jobs.a = {{
      executor = cirque.executors.local {{ sandbox = true; mounts = [ {{ source = "tree-file"; target = "/of-tree"; }} ]; }};
      steps = [ {{ bash = "{}"; }} ]; }}; }})nix",
                                        look));
    const Ran written = project.cirque({"run"});
    EXPECT_TRUE(written.status == 0 && written.outHas("WALLED")) << written.all();
    const Ran moved = project.cirque(
        {"run", project.planOf({"test -e " + project.root() + "/home && echo OPEN || echo WALLED"}),
         "--executor", "local,sandbox=true"});
    EXPECT_TRUE(moved.status == 0 && moved.outHas("WALLED")) << moved.all();
    for (const char* options : {R"({"network":false})", R"({"sandbox":true,"memory":"1g"})"}) {
        EXPECT_EQ(run("local", "true", options).status, 2) << options;
    }
}

TEST_F(Sandbox, WhatIsMountedIsSeenAndWrittenOnlyWhenAllowed) {
    fs::create_directories(project.root() + "/shared");
    std::ofstream(project.root() + "/shared/file") << "shared\n";
    const std::string shared = project.root() + "/shared";
    const Ran ran = run("sandbox",
                        fmt::format("cat {0}/file /other/file tree-file; echo x > /other/new; "
                                    "cat /etc/of-tree; (echo x > {0}/new) && echo BROKE-IN || echo TRIED",
                                    shared),
                        fmt::format(R"({{"mounts":["{0}",{{"source":"{0}","target":"/other","write":true}},)"
                                    R"({{"source":"tree-file","target":"/etc/of-tree"}}]}})",
                                    shared));
    expectRefused(ran);
    EXPECT_TRUE(fs::exists(shared + "/new"));
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST_F(Sandbox, AMountMayNotShowCirquesOwnFolders) {
    fs::create_directories(project.state());
    const Ran ran = run("sandbox", "true", fmt::format(R"({{"mounts":["{}"]}})", project.root()));
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("would show " + project.state())) << ran.all();
    const Ran none = run("sandbox", "true", R"({"mounts":["/does/not/exist"]})");
    EXPECT_EQ(none.status, 3) << none.all();
    EXPECT_TRUE(none.outHas("/does/not/exist")) << none.all();
}

// Named by its other path, the folder would show what all runs said, and the socket that ends them.
TEST_F(Sandbox, AMountMayNotShowThemByWhereALinkLeads) {
    const std::string real = project.root() + "/real";
    fs::create_directories(real);
    fs::create_directory_symlink(real, project.root() + "/link");
    project.set("CIRQUE_STATE_DIR", project.root() + "/link");
    for (const auto& [kind, option] : {std::pair("sandbox", "mounts"), std::pair("oci", "extraMounts")}) {
        const Ran ran = run(kind, "ls -R " + real, fmt::format(R"({{"{}":["{}"]}})", option, real));
        EXPECT_EQ(ran.status, 3) << ran.all();
        EXPECT_TRUE(ran.outHas("would show " + project.root() + "/link")) << ran.all();
        EXPECT_FALSE(ran.outHas("started\n")) << ran.all();
    }
    project.set("XDG_RUNTIME_DIR", project.root() + "/link");
    project.set("CIRQUE_STATE_DIR", project.root() + "/state");
    const Ran ran = run("sandbox", "true", fmt::format(R"({{"mounts":["{}"]}})", real));
    EXPECT_TRUE(ran.outHas("would show " + project.root() + "/link")) << ran.all();
}

// The workflow's mistake, not the machine's: there is no run.
TEST_F(Sandbox, WrongOptionsOfAPlaceAreAWrongWorkflow) {
    const auto refused = [&](const std::string& kind, const std::string& options, const std::string& words,
                             const std::string& more = "") {
        const Ran ran = run(kind, "true", options, more);
        EXPECT_EQ(ran.status, 2) << ran.all();
        EXPECT_NE(ran.all().find(words), std::string::npos) << ran.all();
        EXPECT_FALSE(fs::exists(project.state() + "/runs")) << ran.all();
    };
    refused("sandbox", R"({"mounts":[{"source":"/usr","target":"/proc/x"}]})", "something at /proc/x");
    refused("oci", R"({"image":"localhost/a","dockerfile":"Dockerfile"})", "not both");
    refused("oci", R"({"dockerfile":"Dockerfile"})", "'copyRepo' is false", R"(,"copyRepo":false)");
    refused("ssh", R"({"host":"-oProxyCommand=x"})", "options of ssh go into");
}

TEST_F(Sandbox, WithoutBubblewrapTheRunSaysWhatToInstall) {
    project.set("PATH", project.root() + "/bin");
    fs::create_directories(project.root() + "/bin");
    for (const char* tool : {"bash", "git", "cat", "nix", "env"}) {
        fs::create_symlink(fmt::format("/usr/bin/{}", tool), project.root() + "/bin/" + tool);
    }
    const Ran ran = run("sandbox", "true");
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("job 'main'") && ran.outHas("bwrap is not on PATH")) << ran.all();
    EXPECT_TRUE(ran.outHas("install bubblewrap")) << ran.all();
}

// A namespace whose limit of further ones is none, and no capabilities: as a user whom the system lets make
// none.
TEST_F(Sandbox, WithoutUserNamespacesTheRunSaysWhichSettingForbidsThem) {
    const std::string plan = project.planOf({"true"}, R"("executor":{"kind":"sandbox"})");
    const Ran ran = project.shell("unshare -Ur bash -c 'echo 0 > /proc/sys/user/max_user_namespaces && "
                                  "exec setpriv --bounding-set -all --inh-caps -all " CIRQUE_PROGRAM " run " +
                                  plan + "'");
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("sysctl -w user.max_user_namespaces")) << ran.all();
}

// As in a minimal chroot or a container with a root of its own: no user namespace, and none is needed.
TEST_F(Root, InAChrootRootNeedsNoUserNamespace) {
    if (!isRoot()) {
        GTEST_SKIP() << "only root may";
    }
    const std::string plan =
        project.planOf({"grep CapEff /proc/self/status; f=/proc/sys/kernel/core_pattern; v=$(cat $f); (echo "
                        "\"$v\" > $f) && echo BROKE-IN || true"},
                       R"("executor":{"kind":"sandbox"})");
    const Ran ran = project.shell(fmt::format(
        "r=$(mktemp -d) && trap 'rmdir \"$r\"' EXIT && R=$r unshare -m --propagation private bash -euc '"
        "mount --rbind / \"$R\"; exec chroot \"$R\" bash -c \"cd {} && exec {} run {}\"'",
        project.dir(), CIRQUE_PROGRAM, plan));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("CapEff:\t0000000000000000")) << ran.all();
    EXPECT_FALSE(ran.outHas("BROKE-IN")) << ran.all();
}

// `before` is done as root in a mount namespace of its own.
Ran runAsNobody(const Project& project, const std::string& before, const std::string& script) {
    const std::string plan = project.planOf({script}, R"("executor":{"kind":"sandbox"})");
    return project.shell(fmt::format(
        "chown -R nobody {0}; mkdir -m 700 \"$CIRQUE_PRIVATE_DIR\"; "
        "chown nobody \"$CIRQUE_PRIVATE_DIR\"; exec unshare -m --propagation private bash -c '{3} && "
        "exec setpriv --reuid=nobody --regid=nogroup --clear-groups {1} run {2}'",
        project.root(), project.programForAnyone(), plan, before));
}

// What root may do tells nothing of what an ordinary user may.
TEST_F(Root, AnOrdinaryUserHasASandboxToo) {
    if (!isRoot()) {
        GTEST_SKIP() << "the other tests have shown it";
    }
    const Ran ran = runAsNobody(project, "true", "id -u; cat /proc/1/comm");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("] 65534\n") && ran.outHas("cirque-agent")) << ran.all();
}

// As in a container: the kernel gives no new /proc where the old one is covered, and the old one shows all.
TEST_F(Root, WithoutAProcOfItsOwnThereIsNoSandbox) {
    if (!isRoot()) {
        GTEST_SKIP() << "only root may cover it";
    }
    const Ran ran = runAsNobody(project, "mount -t tmpfs none /proc/bus", "true");
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("mount proc") && ran.outHas("unmask=ALL")) << ran.all();
}

// It was booted all the same.
TEST_F(Sandbox, ASystemOfNspawnThatIsNotToBeBootedIsAWrongWorkflow) {
    const Ran ran = run("nspawn", "true",
                        R"({"system":"/nix/store/00000000000000000000000000000000-system","boot":false})");
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.all().contains("always booted")) << ran.all();
}

// The sandbox without a user namespace, in which that mount works, was then that of all jobs.
TEST_F(Root, AMountThatRootOfASandboxMayNotSeeTakesTheWallFromNobody) {
    if (!isRoot()) {
        GTEST_SKIP() << "only root may give a folder away";
    }
    const std::string closed = project.root() + "/closed";
    fs::create_directories(closed + "/inner");
    EXPECT_EQ(project.shell("chmod 700 '" + closed + "' && chown nobody '" + closed + "'").status, 0);
    const Ran ran = run("sandbox", "true", fmt::format(R"({{"mounts":["{}/inner"]}})", closed));
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("with its mounts: bwrap:")) << ran.all();
    const Ran alone = run("sandbox", "cat /proc/self/uid_map");
    EXPECT_TRUE(alone.outHas("         1\n")) << alone.all();
}

// A step of such a job speaks to the daemon of this machine; without the option it finds none.
TEST_F(Root, TheNixDaemonIsReachedOnlyWhenAskedFor) {
    const std::string socket = "/nix/var/nix/daemon-socket/socket";
    if (!isRoot() || !fs::exists("/nix/var/nix")) {
        GTEST_SKIP() << "only root may stand in for the daemon";
    }
    const std::string plan =
        project.planOf({fmt::format("test -S {} && echo THERE; ls /nix/store | grep -c .", socket)},
                       R"("executor":{"kind":"sandbox","options":{"nixDaemon":true}})");
    const auto inNamespace = [&](const std::string& before) {
        return project.shell(
            fmt::format("exec unshare -m --propagation private bash -c 'mount -t tmpfs none /nix/var && {} "
                        "exec {} run {}'",
                        before, CIRQUE_PROGRAM, plan));
    };
    const Ran none = inNamespace("");
    EXPECT_EQ(none.status, 3) << none.all();
    EXPECT_TRUE(none.outHas("there is no Nix daemon") && none.outHas("start nix-daemon")) << none.all();
    const std::string standIn = fmt::format(
        "mkdir -p {} && python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind(\\\"{}\\\")\" &&",
        fs::path(socket).parent_path().string(), socket);
    const Ran root = inNamespace(standIn);
    EXPECT_EQ(root.status, 3) << "the daemon would do for a step whatever root may\n" << root.all();
    EXPECT_TRUE(root.outHas("the Nix daemon trusts root")) << root.all();
    const auto asNobody = [&](const std::string& settings) {
        project.write("../conf/nix.conf", settings);
        return project.shell(fmt::format(
            "chown -R nobody {0}; mkdir -p -m 700 \"$CIRQUE_PRIVATE_DIR\"; chown nobody "
            "\"$CIRQUE_PRIVATE_DIR\"; "
            "export NIX_CONF_DIR={0}/conf; exec unshare -m --propagation private bash -c 'mount -t tmpfs "
            "none "
            "/nix/var && {1} exec setpriv --reuid=nobody --regid=nogroup --clear-groups {2} run {3}'",
            project.root(), standIn, project.programForAnyone(), plan));
    };
    const Ran there = asNobody("trusted-users = root\n");
    EXPECT_TRUE(there.outHas("THERE")) << there.all();
    EXPECT_EQ(there.status, 0) << there.all();
    const Ran trusted = asNobody("trusted-users = root @nogroup\n");
    EXPECT_EQ(trusted.status, 3) << trusted.all();
    EXPECT_TRUE(trusted.outHas("the Nix daemon trusts 'nobody'")) << trusted.all();
}

// Ended for memory, or by hand: nobody knows how the step would have ended.
TEST_F(Sandbox, OneThatIsEndedFromOutsideIsAFailureOfThePlace) {
    Running running = project.start({"run", project.planOf({"export MARK=" + project.root() +
                                                            "; echo alive; setsid sleep 600 & sleep 600"},
                                                           R"("executor":{"kind":"sandbox"})")});
    waitForLine(running, "alive");
    const Ran killed =
        project.shell(fmt::format("for p in $(ps -o pid= --ppid {}); do "
                                  "[ $(cat /proc/$p/comm) = bwrap ] && kill -9 $p && echo KILLED; done",
                                  running.pid()));
    EXPECT_TRUE(killed.outHas("KILLED")) << killed.all();
    const Ran ran = running.wait();
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("infrastructure")) << ran.all();
    project.expectNoLeftovers();
}

} // namespace
} // namespace cirque::test
