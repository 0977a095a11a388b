// SPDX-License-Identifier: Apache-2.0
// Attacks on a sandbox, from within. Each is a script that prints BROKE-IN when it gets what it wants. It is
// also run in the place `local`, where it must: an attack that fails there as well shows nothing.
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* python = "python3 - <<'PYTHON' || true\n";

std::string inPython(const std::string& text) {
    return python + text + "\nPYTHON\n";
}

class Sandbox : public testing::Test {
  protected:
    Sandbox() {
        if (project.shell("command -v bwrap && command -v python3").status != 0) {
            skip_ = "bubblewrap or python3 is not installed";
        }
        project.write("tree-file", "of the tree\n");
        fs::create_directories(project.root() + "/home/.ssh");
        std::ofstream(project.root() + "/home/.ssh/id_ed25519") << "PRIVATE KEY\n";
    }

    void SetUp() override {
        if (!skip_.empty()) {
            GTEST_SKIP() << skip_;
        }
    }

    [[nodiscard]] Ran run(const std::string& kind, const std::string& script,
                          const std::string& options = "{}", const std::string& more = "") const {
        const std::string place = fmt::format(R"("executor":{{"kind":"{}","options":{}}})", kind, options);
        return project.cirque({"run", project.planOf({script}, place + more)});
    }

    // The attack, at both places.
    void attack(const std::string& script, const std::string& options = "{}") const {
        const Ran control = run("local", script);
        EXPECT_TRUE(control.outHas("BROKE-IN")) << "the attack shows nothing\n" << control.all();
        const Ran ran = run("sandbox", script, options);
        EXPECT_FALSE(ran.outHas("BROKE-IN")) << ran.all();
        EXPECT_TRUE(ran.outHas("[main/s1] started")) << "it was not tried\n" << ran.all();
    }

    Project project;

  private:
    std::string skip_;
};

using Root = Sandbox; // tests whose attack needs root to succeed in `local`

bool isRoot() {
    return ::geteuid() == 0;
}

// Controls that the test must not run on a living machine: only the sandbox's answer counts.
void expectRefused(const Ran& ran) {
    EXPECT_FALSE(ran.outHas("BROKE-IN")) << ran.all();
    EXPECT_TRUE(ran.outHas("TRIED")) << ran.all();
}

// A listener on this machine; the address is known before anybody connects.
class Listener {
  public:
    Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(fd_, 4), 0);
        EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
    }

    // A Unix socket; a name that begins with '@' is an abstract one.
    explicit Listener(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        if (path.starts_with('@')) {
            address.sun_path[0] = '\0';
        }
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(fd_, 4), 0);
    }

    ~Listener() { ::close(fd_); }

    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] int port() const { return port_; }

  private:
    int fd_;
    int port_ = 0;
};

std::string connectTo(const std::string& path) {
    return inPython(
        fmt::format("import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect({})\nprint('BROKE-IN')",
                    path.starts_with('@') ? "'\\0" + path.substr(1) + "'" : quoteJson(path)));
}

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

TEST_F(Sandbox, TheStateFolderCannotBeRead) {
    attack(fmt::format("cat {}/runs/*/plan.json && echo BROKE-IN || true", project.state()));
}

TEST_F(Sandbox, TheControlSocketCannotBeReached) {
    attack(inPython(fmt::format("import glob, socket\n"
                                "for path in glob.glob('{}/runs/*/control'):\n"
                                "    socket.socket(socket.AF_UNIX).connect(path)\n"
                                "    print('BROKE-IN')",
                                project.state())));
}

TEST_F(Sandbox, TheNixDaemonsFolderCannotBeSeen) {
    if (!fs::exists("/nix/var/nix")) {
        GTEST_SKIP() << "no Nix on this machine";
    }
    attack("ls /nix/var/nix >/dev/null && echo BROKE-IN || true");
}

TEST_F(Sandbox, HomesKeysAndTheTreeItselfCannotBeRead) {
    attack(fmt::format("cat {}/home/.ssh/id_ed25519 && echo BROKE-IN || true", project.root()));
    attack(fmt::format("cat {}/tree-file && echo BROKE-IN || true", project.dir()));
    const Ran ran = run(
        "sandbox", "for f in /root /home /var /run/user /sys/kernel /etc/shadow /etc/ssl/private /boot; do "
                   "test -e $f && echo BROKE-IN $f; done; echo TRIED; test -z \"${SSH_AUTH_SOCK:-}\"");
    expectRefused(ran);
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST_F(Sandbox, SocketsOfOtherProgramsCannotBeReached) {
    const std::string path = project.root() + "/agent.sock";
    const Listener agent(path);
    attack(connectTo(path));
    const std::string name = fmt::format("@cirque-test-{}", ::getpid());
    const Listener abstract(name);
    attack(connectTo(name));
}

TEST_F(Sandbox, TheNetworkCannotBeReachedUnlessAskedFor) {
    const Listener listener;
    const std::string script =
        fmt::format("(exec 3<>/dev/tcp/127.0.0.1/{}) && echo BROKE-IN || true", listener.port());
    attack(script);
    const Ran asked = run("sandbox", script, R"({"network":true})");
    EXPECT_TRUE(asked.outHas("BROKE-IN")) << "with the network it must work\n" << asked.all();
}

TEST_F(Sandbox, OtherProcessesCannotBeSeen) {
    const Running victim = project.startShell("TOKEN=of-another-job exec sleep 60");
    attack("grep -aqs TOKEN=of-another /proc/[0-9]*/environ && echo BROKE-IN || true");
    attack(fmt::format("kill -0 {} && echo BROKE-IN || true", victim.pid()));
}

TEST_F(Sandbox, NothingOutsideCanBeWritten) {
    attack(fmt::format("echo x > {}/outside && echo BROKE-IN || true", project.root()));
    expectRefused(run("sandbox",
                      "for f in /x /usr/x /etc/x /dev/x /run/x /proc/x /build/x /build/jobs/x /nix/x; do "
                      "(echo x > $f) 2>/dev/null && echo BROKE-IN $f; done; echo TRIED"));
}

// The number that stands there already is written: the control changes nothing.
TEST_F(Root, TheKernelsSettingsCannotBeWritten) {
    if (!isRoot()) {
        GTEST_SKIP() << "only root may";
    }
    attack("f=/proc/sys/kernel/core_pattern; v=$(cat $f); (echo \"$v\" > $f) && echo BROKE-IN || true");
}

TEST_F(Root, NothingCanBeMountedOrMadeADevice) {
    if (!isRoot()) {
        GTEST_SKIP() << "only root may";
    }
    attack("mknod device c 1 3 && rm device && echo BROKE-IN || true");
    attack("unshare -m mount -t tmpfs x /mnt && echo BROKE-IN || true");
    attack("chown 1:1 . && chown 0:0 . && echo BROKE-IN || true");
    expectRefused(run("sandbox",
                      "(mount -o remount,rw / || mount -o remount,rw,bind /usr || umount /proc/sys || "
                      "umount -l /usr) && echo BROKE-IN; echo TRIED"));
}

TEST_F(Sandbox, NoNamespacesCanBeMade) {
    attack(inPython("import ctypes\nif ctypes.CDLL(None).unshare(0x10000000) == 0: print('BROKE-IN')"));
}

TEST_F(Sandbox, KeyringsAndTheTerminalsInputAreOutOfReach) {
    if (sizeof(void*) != 8) {
        GTEST_SKIP() << "numbers of system calls";
    }
#if defined(__x86_64__)
    // KEYCTL_GET_KEYRING_ID of the user's keyring, made when it is not there
    attack(inPython("import ctypes\nif ctypes.CDLL(None).syscall(250, 0, -4, 1) > 0: print('BROKE-IN')"));
#endif
    expectRefused(run("sandbox", inPython("import fcntl, os, pty\nprint('TRIED')\n_, slave = pty.openpty()\n"
                                          "fcntl.ioctl(slave, 0x5412, b'x')\nprint('BROKE-IN')")));
}

// In `local` there is no agent: the program that runs the steps is cirque itself, two parents up.
TEST_F(Root, TheAgentCannotBeTracedNorItsPipesOpened) {
    const std::string parent = "P=$(ps -o ppid= -p $PPID | tr -d ' ')\n";
    if (isRoot()) {
        attack(parent + "export P\n" +
               inPython("import ctypes, os\nlibc = ctypes.CDLL(None)\np = int(os.environ['P'])\n"
                        "if libc.ptrace(16, p, 0, 0) == 0:\n"
                        "    print('BROKE-IN', flush=True)\n    os.waitpid(p, 0x40000000)\n    "
                        "libc.ptrace(17, p, 0, 0)"));
    }
    attack(parent + "cat /proc/$P/environ > /dev/null && echo BROKE-IN || true");
    attack(parent + "ls -l /proc/$P/fd 2>/dev/null | grep -q pipe: && echo BROKE-IN || true");
    attack(parent + "export P\n" +
           inPython("import os\np = os.environ['P']\nfor fd in os.listdir(f'/proc/{p}/fd'):\n"
                    "    try:\n        if os.readlink(f'/proc/{p}/fd/{fd}').startswith('pipe:'):\n"
                    "            os.open(f'/proc/{p}/fd/{fd}', os.O_WRONLY | os.O_NONBLOCK)\n            "
                    "print('BROKE-IN')\n"
                    "    except OSError as error:\n        print(error)"));
}

// The leader says how its step ended: what an earlier step left must not say it in its place.
TEST_F(Sandbox, TheLeaderOfALaterStepCannotBeUsed) {
    const Ran ran = run(
        "sandbox", "cat /proc/$PPID/environ >/dev/null && echo BROKE-IN || true\n"
                   "ls -l /proc/$PPID/fd 2>/dev/null | grep -E -q 'pipe|socket' && echo BROKE-IN || true\n"
                   "sleep 60 & cat /proc/$!/environ >/dev/null && echo TRIED");
    expectRefused(ran);
}

TEST_F(Sandbox, NothingOutlivesTheJob) {
    const std::string daemon =
        "export MARK=" + project.root() +
        "\n(trap '' TERM HUP; setsid sh -c 'setsid sleep 600 & setsid sleep 601 &') &\nsleep 0.1\n";
    const Ran kept = project.shell("bash -c '(setsid sleep 600 >/dev/null 2>&1 &)'; sleep 0.1");
    EXPECT_FALSE(project.leftovers().empty()) << "such a daemon must live on without Cirque\n" << kept.all();
    for (const std::string& left : project.leftovers()) {
        ::kill(std::stoi(left), SIGKILL);
    }
    project.expectNoLeftovers();
    EXPECT_EQ(run("sandbox", daemon).status, 0);
    project.expectNoLeftovers();
}

// Signals to the namespace's first process, which is the agent, are not delivered; the leader can be killed,
// and then the step has no verdict.
TEST_F(Sandbox, AStepCannotEndTheAgentAndAKilledLeaderIsNoSuccess) {
    const Ran agent = run("sandbox", "kill -9 1; kill -STOP 1; kill -TERM 1; echo still-here");
    EXPECT_EQ(agent.status, 0) << agent.all();
    EXPECT_TRUE(agent.outHas("still-here")) << agent.all();
    const Ran all =
        run("sandbox", "export MARK=" + project.root() + "; setsid sleep 600 & kill -9 -1; exit 0");
    EXPECT_NE(all.status, 0) << all.all();
    project.expectNoLeftovers();
}

TEST_F(Sandbox, AKilledCirqueLeavesNothing) {
    Running running = project.start({"run", project.planOf({"export MARK=" + project.root() +
                                                            "; echo alive; setsid sleep 600 & sleep 600"},
                                                           R"("executor":{"kind":"sandbox"})")});
    for (int i = 0; i < 300 && running.outSoFar().find("alive") == std::string::npos; ++i) {
        ::usleep(50'000);
    }
    EXPECT_NE(running.outSoFar().find("alive"), std::string::npos);
    running.signal(SIGKILL);
    (void)running.wait();
    project.expectNoLeftovers();
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

// What root may do tells nothing of what an ordinary user may.
TEST_F(Root, AnOrdinaryUserHasASandboxToo) {
    if (!isRoot()) {
        GTEST_SKIP() << "the other tests have shown it";
    }
    const std::string plan = project.planOf({"id -u; cat /proc/1/comm"}, R"("executor":{"kind":"sandbox"})");
    const Ran ran =
        project.shell(fmt::format("chmod 755 {0}; chown -R nobody {0}; mkdir -m 700 \"$CIRQUE_PRIVATE_DIR\"; "
                                  "chown nobody \"$CIRQUE_PRIVATE_DIR\"; "
                                  "exec setpriv --reuid=nobody --regid=nogroup --clear-groups {1} run {2}",
                                  project.root(), CIRQUE_PROGRAM, plan));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("] 65534\n") && ran.outHas("cirque-agent")) << ran.all();
}

} // namespace
} // namespace cirque::test
