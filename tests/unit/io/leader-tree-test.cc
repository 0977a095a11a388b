// SPDX-License-Identifier: Apache-2.0
// Nobody of a step's tree stays: daemons, orphans, stopped and stubborn ones, with both ways to find them.
#include "tests/unit/io/leader-harness.hh"
#include "tests/unit/io/temp-folder.hh"

#include <gtest/gtest.h>

#include <thread>

namespace cirque::agent {
namespace {

class LeaderTree : public testing::TestWithParam<const char*> {
  protected:
    static LeaderHarness bash(std::string script, std::string grace = "60000") {
        LeaderSetup setup;
        setup.grace = std::move(grace);
        setup.walk = GetParam();
        return LeaderHarness::bash(std::move(script), setup);
    }

    static pid_t pidOf(LeaderHarness& leader) { return std::stoi(leader.line()); }
};

INSTANTIATE_TEST_SUITE_P(Walk, LeaderTree, testing::Values("children", "scan"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(LeaderTree, ADaemonLivesUntilTheJobEndsAndHearsTerm) {
    auto leader = bash(
        "(trap 'echo bye; exit 0' TERM; echo $BASHPID; echo up; while :; do sleep 0.01; done) 2>&- & exit 4");
    auto daemon = pidOf(leader);
    EXPECT_EQ(leader.line(), "up");
    EXPECT_EQ(leader.next(), exited(4));
    EXPECT_FALSE(isGone(daemon));
    leader.send(LeaderCommand::End);
    EXPECT_EQ(leader.rest(), Records{treeGone});
    EXPECT_EQ(leader.line(), "bye");
    EXPECT_TRUE(isGone(daemon));
}

// TERM comes once, the shell may clean up with commands that are not ended, and its status is its own.
TEST_P(LeaderTree, TermLetsATrapCleanUp) {
    auto leader = bash("trap 'echo term; sleep 0.02 && echo cleaned; exit 9' TERM; bash -c 'echo up; exec "
                       "sleep 1000' & wait; wait");
    EXPECT_EQ(leader.line(), "up");
    leader.send(LeaderCommand::Term);
    leader.send(LeaderCommand::Term);
    EXPECT_EQ(leader.allOutput(), "term\ncleaned\n");
    EXPECT_EQ(leader.rest(), (Records{exited(9), treeGone}));
}

TEST_P(LeaderTree, TermThenKillAfterTheGrace) {
    auto leader = bash("trap '' TERM; echo up; while :; do sleep 1000; done", "30");
    EXPECT_EQ(leader.line(), "up");
    leader.send(LeaderCommand::Term);
    EXPECT_EQ(leader.rest(), (Records{signaled(SIGKILL), treeGone}));
}

TEST_P(LeaderTree, KillCutsTheGraceShort) {
    auto leader = bash("trap 'echo term' TERM; bash -c 'echo up; exec sleep 1000' & wait; wait; sleep 1000");
    EXPECT_EQ(leader.line(), "up");
    leader.send(LeaderCommand::Term);
    EXPECT_EQ(leader.line(), "term");
    leader.send(LeaderCommand::Kill);
    EXPECT_EQ(leader.rest(), (Records{signaled(SIGKILL), treeGone}));
}

// The parent died: what it left in other sessions, deaf to TERM and orphaned twice, must not outlive it.
TEST_P(LeaderTree, AClosedLifelineKillsAtOnceWhoeverHides) {
    auto leader =
        bash("hide() { setsid bash -c \"trap '' TERM INT HUP; (setsid sleep 1000 & echo \\$!); echo \\$\\$; "
             "while :; do sleep 1000; done\" & }; (hide); echo $$; trap '' TERM; wait; sleep 1000");
    pid_t found[3];
    for (auto& pid : found) {
        pid = pidOf(leader);
    }
    leader.closeLifeline();
    EXPECT_EQ(leader.rest(), (Records{signaled(SIGKILL), treeGone}));
    for (auto pid : found) {
        EXPECT_TRUE(isGone(pid));
    }
}

TEST_P(LeaderTree, AStoppedProcessHearsTerm) {
    auto leader =
        bash("(trap 'echo resumed; exit 0' TERM; echo $BASHPID; kill -STOP $BASHPID) & wait; exit 0");
    auto stopped = pidOf(leader);
    char state = 0;
    while (state != 'T') {
        auto stat = io::readFile("/proc/" + std::to_string(stopped) + "/stat");
        ASSERT_TRUE(stat);
        state = (*stat)[stat->rfind(')') + 2];
    }
    leader.send(LeaderCommand::Term);
    EXPECT_EQ(leader.line(), "resumed");
    EXPECT_EQ(leader.rest().back(), treeGone);
    EXPECT_TRUE(isGone(stopped));
}

TEST_P(LeaderTree, AStoppedMainProcessDies) {
    auto leader = bash("echo up; kill -STOP $$; echo never");
    EXPECT_EQ(leader.line(), "up");
    leader.send(LeaderCommand::Kill);
    EXPECT_EQ(leader.rest(), (Records{signaled(SIGKILL), treeGone}));
}

// Processes that are born while others are found and killed: a tree that doubles, and relays that fork and
// exit.
TEST_P(LeaderTree, AForkBombDies) {
    LeaderSetup setup;
    setup.program = {CIRQUE_FORK_BOMB, "200", "4"};
    setup.walk = GetParam();
    LeaderHarness leader(setup);
    EXPECT_EQ(leader.line(), "up");
    leader.closeLifeline();
    EXPECT_EQ(leader.rest().back(), treeGone);
    EXPECT_EQ(leader.line(), ""); // end of file: every holder of the pipe is gone
}

TEST(Leader, OrphansAreReaped) {
    auto leader = LeaderHarness::bash("(sleep 0 & echo $!); sleep 1000 & exit 0");
    auto orphan = std::stoi(leader.line());
    while (!isGone(orphan)) { // a zombie is not gone; the test's own limit ends a hang
        std::this_thread::yield();
    }
    leader.closeLifeline();
    EXPECT_EQ(leader.rest().back(), treeGone);
}

// A Ctrl-C or a stray kill goes to the leader's group as well; it must not leave its tree.
TEST(Leader, OnlyTheLifelineCommandsIt) {
    auto leader = LeaderHarness::bash("echo up; sleep 1000");
    EXPECT_EQ(leader.line(), "up");
    for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGTSTP}) {
        ::kill(leader.pid(), signal);
    }
    leader.send(LeaderCommand::Term);
    EXPECT_EQ(leader.rest(), (Records{signaled(SIGTERM), treeGone}));
}

TEST(Leader, ItsOwnViolentDeathEndsTheMainProcessAndIsSeen) {
    auto leader = LeaderHarness::bash("echo up; exec sleep 1000");
    EXPECT_EQ(leader.line(), "up");
    ::kill(leader.pid(), SIGKILL);
    EXPECT_EQ(leader.next(), (std::pair{0, 0}));
    EXPECT_EQ(leader.line(), ""); // the sleeper held it open
}

// With the outer /proc, the numbers found there would be other people's processes.
TEST(Leader, AForeignProcIsNotTrusted) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root to make a process namespace";
    }
    LeaderSetup setup;
    setup.wrapper = {"unshare", "--pid", "--fork"};
    auto leader = LeaderHarness::bash("echo up; sleep 1000", setup);
    EXPECT_EQ(leader.line(), "up");
    leader.send(LeaderCommand::Kill);
    EXPECT_EQ(leader.rest(), (Records{signaled(SIGKILL), treeGone}));
}

} // namespace
} // namespace cirque::agent
