// SPDX-License-Identifier: Apache-2.0
// What the step sees and what the leader says of its end.
#include "io/runtime/runtime.hh"
#include "tests/unit/io/leader-harness.hh"
#include "tests/unit/io/temp-folder.hh"

#include <fcntl.h>
#include <sched.h>

namespace cirque::agent {
namespace {

TEST(Leader, EveryExitStatusArrives) {
    for (int status = 0; status < 256; ++status) {
        LeaderSetup setup;
        setup.program = {"/bin/sh", "-c", "exit " + std::to_string(status)};
        LeaderHarness leader(setup);
        ASSERT_EQ(leader.rest(), (Records{exited(status), treeGone}));
    }
}

TEST(Leader, ADeathBySignalIsNotAnExitStatus) {
    for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGSEGV, SIGPIPE,
                       SIGALRM, SIGTERM, SIGUSR1, SIGSYS, SIGXCPU}) {
        LeaderSetup setup;
        setup.program = {"/bin/sh", "-c", "ulimit -c 0; kill -" + std::to_string(signal) + " $$"};
        LeaderHarness leader(setup);
        EXPECT_EQ(leader.rest(), (Records{signaled(signal), treeGone}));
    }
}

TEST(Leader, AFailedExecSaysWhyAndIsNoExitStatus) {
    io::TempFolder folder;
    ASSERT_TRUE(io::writeFileAtomic(folder / "plain", "data"));
    ASSERT_TRUE(io::writeFileAtomic(folder / "empty", "", 0755));
    ASSERT_TRUE(io::writeFileAtomic(folder / "lost", "#!/no/such/interpreter\n", 0755));
    for (auto [name, error] : {std::pair{"missing", ENOENT}, std::pair{"plain", EACCES},
                               std::pair{"empty", ENOEXEC}, std::pair{"lost", ENOENT}}) {
        LeaderSetup setup;
        setup.program = {folder / name};
        LeaderHarness leader(setup);
        EXPECT_EQ(leader.rest(), (Records{{static_cast<int>(LeaderStatus::ExecFailed), error}, treeGone}))
            << name;
    }
}

TEST(Leader, AWrongCommandLineIsRefused) {
    for (std::string arguments :
         {"", "--lifeline 3", "--lifeline 3 --status 4", "--lifeline 3 --status 4 --",
          "--lifeline 1 --status 4 -- x", "--lifeline 3 --status 4 --grace -1 -- x",
          "--lifeline 3 --status 4 --colour red -- x", "--lifeline 3 --status 99999999999 -- x",
          "--walk fast --lifeline 3 --status 4 -- x"}) {
        io::SpawnOptions options;
        options.argv = {"/bin/sh", "-c", std::string(CIRQUE_LEADER) + " " + arguments};
        io::Runtime runtime;
        runtime.run([&]() -> io::Task<> {
            auto result = co_await io::capture(options);
            EXPECT_TRUE(result);
            EXPECT_EQ(result->status.exit, 2) << arguments;
            EXPECT_TRUE(result->err.starts_with("usage: cirque-leader")) << arguments;
        });
    }
}

// Status and lifeline in the step's hands could forge a verdict or keep a dead parent's tree alive.
TEST(Leader, TheStepHasNoDescriptorButItsThree) {
    io::UniqueFd leaked(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    LeaderSetup setup;
    setup.leaked = {{leaked.get(), 5}, {leaked.get(), 6}};
    auto leader = LeaderHarness::bash("ls /proc/$$/fd; readlink /proc/$$/fd/0; exit 0", setup);
    EXPECT_EQ(leader.allOutput(), "0\n1\n2\n/dev/null\n");
}

TEST(Leader, TheStepLeadsItsOwnSession) {
    auto leader =
        LeaderHarness::bash("read -r stat < /proc/$$/stat; set -- ${stat##*) }; echo $$; echo $3 $4; exit 0");
    const std::string pid = leader.line();
    EXPECT_EQ(leader.line(), pid + " " + pid);
}

// `seq | head` in a shell ends by SIGPIPE (141 with pipefail); with SIGPIPE ignored seq fails with a message.
TEST(Leader, InheritedIgnoredAndBlockedSignalsAreReset) {
    LeaderSetup setup;
    setup.wrapper = {"/bin/bash", "-c", "trap '' PIPE TERM INT HUP QUIT CHLD USR1; exec \"$@\"", "wrapper"};
    auto leader = LeaderHarness::bash("set -o pipefail; grep -E 'SigBlk|SigIgn' /proc/self/status; "
                                      "seq 100000 | head -1; exit $?",
                                      setup);
    EXPECT_EQ(leader.line(), "SigBlk:\t0000000000000000");
    EXPECT_EQ(leader.line(), "SigIgn:\t0000000000000000");
    EXPECT_EQ(leader.allOutput(), "1\n");
    EXPECT_EQ(leader.rest(), (Records{exited(141), treeGone}));
}

// The leader keeps the step beside itself while it starts it; a build that stayed on one processor would take
// long.
TEST(Leader, TheStepMayRunWhereverTheCallerMay) {
    const std::string ask = "grep Cpus_allowed: /proc/self/status";
    const auto allowed = [&](std::vector<std::string> wrapper) {
        LeaderSetup setup;
        setup.wrapper = std::move(wrapper);
        return LeaderHarness::bash(ask + "; exit 0", setup).allOutput();
    };
    const auto caller = [&](const std::string& prefix) {
        io::SpawnOptions options;
        options.argv = {"/bin/bash", "-c", prefix + ask};
        std::string said;
        io::Runtime runtime;
        runtime.run([&]() -> io::Task<> {
            auto result = co_await io::capture(options);
            said = result ? result->out : result.error().text();
        });
        return said;
    };
    EXPECT_EQ(allowed({}), caller(""));
    const std::string first = std::to_string(::sched_getcpu());
    EXPECT_EQ(allowed({"taskset", "-c", first}), caller("taskset -c " + first + " "));
}

// A reader of the step's pipe would else wait for the leader, or for the daemons, instead of the step.
TEST(Leader, TheOutputEndsWithTheStepAndNotWithTheLeader) {
    auto leader = LeaderHarness::bash("sleep 1000 > /dev/null 2>&1 & echo last");
    EXPECT_EQ(leader.allOutput(), "last\n");
    EXPECT_EQ(leader.next(), exited(0));
    EXPECT_FALSE(isGone(leader.pid()));
    leader.send(LeaderCommand::End);
    EXPECT_EQ(leader.rest(), Records{treeGone});
}

// The leader's folder is the step's; a leader that stays would keep it busy.
TEST(Leader, DoesNotHoldTheFolder) {
    auto leader = LeaderHarness::bash("sleep 1000 & readlink /proc/$PPID/cwd");
    EXPECT_EQ(leader.next(), exited(0));
    char target[100] = {};
    auto link = "/proc/" + std::to_string(leader.pid()) + "/cwd";
    ASSERT_GT(::readlink(link.c_str(), target, sizeof target - 1), 0);
    EXPECT_STREQ(target, "/");
    leader.send(LeaderCommand::Kill);
    EXPECT_EQ(leader.rest(), Records{treeGone});
}

} // namespace
} // namespace cirque::agent
