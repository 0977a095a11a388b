// SPDX-License-Identifier: Apache-2.0
// Attacks on a sandbox, from within. Each is a script that prints BROKE-IN when it gets what it wants. It is
// also run in the place `local`, where it must: an attack that fails there as well shows nothing.
#include "tests/functional/support/sandbox.hh"

#include "tests/functional/support/private-nix.hh"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <cstddef>
#include <cstring>

namespace cirque::test {
namespace {

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

// Whoever takes over the namespace's first process outlives the job.
TEST_F(Sandbox, TheFirstProcessCannotBeTakenOver) {
    expectRefused(run(
        "sandbox", inPython("import ctypes\nprint('TRIED', flush=True)\n"
                            "if ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0: print('BROKE-IN', flush=True)") +
                       "(: > /proc/1/mem) 2>/dev/null && echo BROKE-IN || true"));
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
    waitForLine(running, "alive");
    running.signal(SIGKILL);
    (void)running.wait();
    project.expectNoLeftovers();
}

// Both lie in the store; the job names one.
TEST_F(Sandbox, OnlyTheJobsStorePathsAreSeen) {
    usePrivateNix(project);
    project.write("mine.txt", "named by the job\n");
    project.write("other.txt", "of somebody else\n");
    const Ran added = project.shell("nix-store --add mine.txt other.txt");
    ASSERT_EQ(added.status, 0) << added.all();
    const std::size_t end = added.out.find('\n');
    const std::string mine = added.out.substr(0, end);
    const std::string other = added.out.substr(end + 1, added.out.find('\n', end + 1) - end - 1);
    const std::string script = fmt::format("cat {}; cat {} && echo BROKE-IN || echo TRIED", mine, other);
    const auto plan = [&](const char* kind) {
        project.write("plan.json",
                      fmt::format(R"json({{"plan":1,"name":"t","jobs":{{"main":{{"executor":{{"kind":"{}"}},
            "steps":[{{"name":"s1","run":{},"closure":{{"paths":["{}"]}}}}]}}}}}})json",
                                  kind, quoteJson(script), mine));
        return project.cirque({"run", "plan.json"});
    };
    const Ran control = plan("local");
    EXPECT_TRUE(control.outHas("BROKE-IN")) << control.all();
    const Ran ran = plan("sandbox");
    expectRefused(ran);
    EXPECT_TRUE(ran.outHas("named by the job")) << ran.all();
    EXPECT_EQ(ran.status, 0) << ran.all();
}

} // namespace
} // namespace cirque::test
