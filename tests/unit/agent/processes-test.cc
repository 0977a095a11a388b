// SPDX-License-Identifier: Apache-2.0
// The contract's section "Processes", sentence by sentence.
#include "runner-fixture.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cirque::agent {
namespace {

using io::StopLevel;
using io::StopReason;

class ProcessesTest : public RunnerTest {
  protected:
    // Runs `script` until it printed "ready", then raises `level`, and returns how it ended.
    StepEnd stopped(std::string script, StopLevel level, StopReason reason) {
        StepEnd end;
        inJob([this, &end, script, level, reason]() -> io::Task<> {
            io::StopSource source;
            io::TaskGroup group;
            co_await group.start();
            group.spawn(stopWhenReady(source, level, reason));
            end = co_await runner->run(bash(script), sink, source.token());
            afterRun();
            co_await group.join();
        });
        return end;
    }

    io::Task<> stopWhenReady(io::StopSource source, StopLevel level, StopReason reason) {
        co_await sink->waitFor("ready");
        source.request(level, reason);
    }

    io::Task<> killWhenTermWasSeen(io::StopSource source) {
        co_await sink->waitFor("term");
        source.request(StopLevel::Immediate, StopReason::Cancelled);
    }

    // The process ids that the step printed, one a line.
    std::vector<int> printedPids() {
        std::vector<int> pids;
        std::size_t begin = 0;
        for (std::size_t end = sink->text.find('\n'); end != std::string::npos;
             end = sink->text.find('\n', begin)) {
            const int pid = std::atoi(sink->text.substr(begin, end - begin).c_str());
            if (pid > 0) {
                pids.push_back(pid);
            }
            begin = end + 1;
        }
        return pids;
    }

    void afterRun() {
        for (const int pid : printedPids()) {
            aliveAfterRun += alive(pid) ? 1 : 0;
        }
    }

    int aliveAfterRun = 0;
};

TEST_F(ProcessesTest, AStepRunsInItsOwnSessionWithStdinDevNull) {
    run("read -r _ _ _ _ _ session _ < /proc/$$/stat; [ $session = $$ ]; readlink /proc/$$/fd/0; ls "
        "/proc/self/fd");
    EXPECT_EQ(sink->text, "/dev/null\n0\n1\n2\n3\n"); // 3 is the folder that ls reads
}

// Wrong: an inherited ignored SIGPIPE makes `seq | head` fail with a write error instead of ending quietly.
TEST_F(ProcessesTest, SignalDispositionsAndMaskAreReset) {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigset_t old;
    ::pthread_sigmask(SIG_BLOCK, &all, &old);
    run("set +o pipefail; yes | head -n 1; echo ${PIPESTATUS[0]}; grep -E 'Sig(Blk|Ign)' /proc/self/status");
    ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
    EXPECT_EQ(sink->text, "y\n141\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

// Wrong: a step with a background process hangs, or the process dies with the step instead of with the job.
TEST_F(ProcessesTest, DaemonsLiveUntilTheJobEndsThenDie) {
    inJob([this]() -> io::Task<> {
        co_await runner->run(bash("sleep 1000 & echo $!; setsid sleep 1000 & echo $!"), sink, {});
        co_await runner->run(bash("true"), sink, {});
        afterRun();
    });
    EXPECT_EQ(aliveAfterRun, 2);
    for (const int pid : printedPids()) {
        EXPECT_FALSE(alive(pid));
    }
}

TEST_F(ProcessesTest, LaterBytesOfDaemonsAreMarkedLate) {
    const std::string fifo = context.jobFolder + "/go";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const io::UniqueFd go(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
    inJob([this, &go]() -> io::Task<> {
        const StepEnd end =
            co_await runner->run(bash("{ read -r x < go; echo later; } & echo now"), sink, {});
        EXPECT_TRUE(end.outcome.ok());
        EXPECT_EQ(sink->text, "now\n");
        EXPECT_TRUE(io::writeAll(go.get(), "go\n", "the fifo"));
        co_await sink->waitFor("later");
    });
    EXPECT_EQ(sink->text, "now\n");
    EXPECT_EQ(sink->lateText, "later\n");
}

// Wrong: what a daemon prints as the job ends it is lost because the sink was slow at that moment.
TEST_F(ProcessesTest, TheLastWordsOfADaemonReachASlowSink) {
    inJob([this]() -> io::Task<> {
        co_await runner->run(bash("bash -c 'trap \"head -c 50000 /dev/zero; exit\" TERM; echo up; while :; "
                                  "do sleep 0.01; done' &"),
                             sink, {});
        co_await sink->waitFor("up");
        sink->slow = true;
    });
    EXPECT_GE((sink->text + sink->lateText).size(), 50003U); // bash may add a word of its own
}

// Wrong: a daemon that prints without end keeps the step open for ever.
TEST_F(ProcessesTest, ANoisyDaemonDoesNotKeepTheStepOpen) {
    sink->discard = true;
    EXPECT_TRUE(run("yes & exit 0").outcome.ok());
}

// Wrong: everything the step printed just before its end is lost or late.
TEST_F(ProcessesTest, ThePipeIsDrainedBeforeTheStepEnds) {
    inJob([this]() -> io::Task<> {
        co_await runner->run(bash("head -c 900000 /dev/zero; sleep 1000 &"), sink, {});
        EXPECT_EQ(sink->text.size(), 900000U);
    });
    EXPECT_EQ(sink->lateText, "");
}

TEST_F(ProcessesTest, ATimeoutKillsGrandchildrenToo) {
    const StepEnd end = stopped("echo $$; (sleep 1000 & echo $!; setsid sleep 1000 & echo $!; echo $BASHPID; "
                                "echo ready; wait) & wait",
                                StopLevel::Immediate, StopReason::Timeout);
    EXPECT_EQ(end.outcome.kind, OutcomeKind::Failed);
    EXPECT_TRUE(end.outcome.timeout);
    EXPECT_EQ(printedPids().size(), 4U);
    EXPECT_EQ(aliveAfterRun, 0);
}

TEST_F(ProcessesTest, ATimeoutKillsThatStepsTreeOnly) {
    inJob([this]() -> io::Task<> {
        co_await runner->run(bash("sleep 1000 & echo $!"), sink, {});
        io::StopSource source;
        io::TaskGroup group;
        co_await group.start();
        group.spawn(stopWhenReady(source, StopLevel::Graceful, StopReason::Timeout));
        const StepEnd end = co_await runner->run(bash("echo ready; sleep 1000"), sink, source.token());
        EXPECT_TRUE(end.outcome.timeout);
        afterRun();
        co_await group.join();
    });
    EXPECT_EQ(aliveAfterRun, 1);
    EXPECT_FALSE(alive(printedPids().at(0)));
}

TEST_F(ProcessesTest, AGracefulStopLetsTheStepCleanUp) {
    const StepEnd end = stopped("trap 'echo bye; exit 0' TERM; echo ready; sleep 1000 & wait",
                                StopLevel::Graceful, StopReason::Cancelled);
    EXPECT_EQ(end.outcome, Outcome::cancelled());
    EXPECT_EQ(sink->text, "ready\nbye\n");
}

TEST_F(ProcessesTest, AfterTheGraceComesKill) {
    context.grace = Millis(20);
    const StepEnd end = stopped("trap '' TERM; echo $$; (sleep 1000 & echo $!; echo ready; wait) & "
                                "while :; do sleep 1000; done",
                                StopLevel::Graceful, StopReason::Deadline);
    EXPECT_TRUE(end.outcome.timeout);
    EXPECT_EQ(printedPids().size(), 2U);
    EXPECT_EQ(aliveAfterRun, 0);
}

// Wrong: the second Ctrl-C waits for the whole grace.
TEST_F(ProcessesTest, ASecondStopEndsAtOnce) {
    context.grace = Millis(600000);
    inJob([this]() -> io::Task<> {
        io::StopSource source;
        io::TaskGroup group;
        co_await group.start();
        group.spawn(stopWhenReady(source, StopLevel::Graceful, StopReason::Cancelled));
        group.spawn(killWhenTermWasSeen(source));
        const std::string script = "trap 'echo term' TERM; (trap '' TERM; exec sleep 1000) & echo ready; "
                                   "while :; do wait || true; done";
        const StepEnd end = co_await runner->run(bash(script), sink, source.token());
        EXPECT_EQ(end.outcome, Outcome::cancelled());
        co_await group.join();
    });
    EXPECT_NE(sink->text.find("term"), std::string::npos);
}

TEST_F(ProcessesTest, AStopBeforeTheStartRunsNothing) {
    inJob([this]() -> io::Task<> {
        io::StopSource source;
        source.request(StopLevel::Graceful, StopReason::Cancelled);
        const StepEnd end = co_await runner->run(bash("echo ran"), sink, source.token());
        EXPECT_EQ(end.outcome, Outcome::cancelled());
    });
    EXPECT_EQ(sink->text, "");
}

// Wrong: a step that kills its leader escapes, and its outcome is made up.
TEST_F(ProcessesTest, ADeadLeaderIsInfrastructureAndNothingOfItsTreeSurvives) {
    inJob([this]() -> io::Task<> {
        const std::string script =
            "setsid sleep 1000 & echo $!; sleep 1000 & echo $!; echo $$; kill -9 $PPID; sleep 1000";
        const StepEnd end = co_await runner->run(bash(script), sink, {});
        EXPECT_EQ(end.outcome.kind, OutcomeKind::Infrastructure);
        afterRun();
    });
    EXPECT_EQ(printedPids().size(), 3U);
    EXPECT_EQ(aliveAfterRun, 0);
}

// Wrong: the other net catches processes that are not the step's.
TEST_F(ProcessesTest, ADeadLeaderCostsNoOtherProcess) {
    inJob([this]() -> io::Task<> {
        io::SpawnOptions options;
        options.argv = {"/bin/sleep", "1000"};
        auto helper = io::Process::spawn(options);
        co_await runner->run(bash("sleep 1000 & echo $!"), sink, {});
        co_await runner->run(bash("kill -9 $PPID; sleep 1000"), sink, {});
        afterRun();
        EXPECT_TRUE(helper && alive(helper->pid()));
    });
    EXPECT_EQ(aliveAfterRun, 1);
}

} // namespace
} // namespace cirque::agent
