// SPDX-License-Identifier: Apache-2.0
#include "io/process/process.hh"

#include "io/process/signals.hh"
#include "io/runtime/runtime.hh"
#include "tests/unit/io/temp-folder.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace cirque::io {
namespace {

using Words = std::vector<std::string>;

SpawnOptions bash(std::string script) {
    SpawnOptions options;
    options.argv = {"bash", "-c", std::move(script)};
    return options;
}

Result<Captured> captured(SpawnOptions options, std::string input = {}) {
    Runtime runtime;
    std::optional<Result<Captured>> result;
    runtime.run([&]() -> Task<> { result = co_await capture(options, input); });
    return std::move(*result);
}

TEST(Process, ReportsExitStatusAndSignal) {
    Runtime runtime;
    runtime.run([]() -> Task<> {
        auto seven = Process::spawn(bash("exit 7"));
        EXPECT_TRUE(seven);
        auto status = co_await seven->wait();
        EXPECT_EQ(status.exit, 7);
        EXPECT_FALSE(status.ok());
        auto again = co_await seven->wait(); // a second wait has the same answer
        EXPECT_EQ(again.exit, 7);
        auto killed = Process::spawn(bash("kill -SEGV $$"));
        EXPECT_TRUE(killed);
        auto signalled = co_await killed->wait();
        EXPECT_EQ(signalled.signal, SIGSEGV);
    });
}

TEST(Process, AMissingProgramIsNamed) {
    SpawnOptions options;
    options.argv = {"no-such-program-anywhere"};
    auto bare = Process::spawn(options);
    ASSERT_FALSE(bare);
    EXPECT_EQ(bare.error().code, ErrorCode::MissingTool);
    EXPECT_NE(bare.error().message.find("no-such-program-anywhere"), std::string::npos);
    options.argv = {"/nowhere/tool"};
    auto full = Process::spawn(options);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::MissingTool);
}

// The one who is killed is a thread here: the kernel speaks of nothing else.
TEST(Process, AChildCanEndWithItsParent) {
    for (const int wanted : {0, SIGTERM}) {
        std::optional<Process> child;
        SpawnOptions options = bash("sleep 0.3; exit 7");
        options.parentDeath = wanted;
        const std::function<void()> start = [&] { child.emplace(*Process::spawn(options)); };
        std::thread(start).join();
        Runtime runtime;
        ExitStatus status;
        runtime.run([&]() -> Task<> { status = co_await child->wait(); });
        EXPECT_EQ(status.signal, wanted);
        EXPECT_EQ(status.exit, wanted == 0 ? 7 : 0);
    }
}

TEST(Process, OtherFailuresAreNotAMissingTool) {
    TempFolder folder;
    ASSERT_TRUE(writeFileAtomic(folder / "plain", "x"));
    ASSERT_TRUE(writeFileAtomic(folder / "lost", "#!/no/such/interpreter\n", 0755));
    for (const auto* name : {"plain", "lost"}) {
        SpawnOptions options;
        options.argv = {folder / name};
        auto started = Process::spawn(options);
        ASSERT_FALSE(started) << name;
        EXPECT_EQ(started.error().code, ErrorCode::Process) << name;
    }
    SpawnOptions options = bash("true");
    options.cwd = folder / "no-folder";
    auto started = Process::spawn(options);
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find("no-folder"), std::string::npos);
}

TEST(Process, HasTheAskedEnvironmentFolderAndNoInput) {
    TempFolder folder;
    auto options = bash("cat; echo \"$A|${HOME-unset}|$(pwd -P)\"");
    options.env = Words{"A=1 2"};
    options.env->push_back("PATH=/usr/bin:/bin");
    options.cwd = folder.path();
    auto result = captured(options);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->out, "1 2|unset|" + folder.path() + "\n");
}

// A descriptor that this process inherited from its own parent must not reach a helper.
TEST(Process, HasOnlyTheDescriptorsItIsGiven) {
    int leaked = ::open("/dev/null", O_RDONLY);
    auto result = captured(bash("ls /proc/$$/fd; exit 0"));
    ::close(leaked);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->out, "0\n1\n2\n");
}

TEST(Process, KeptDescriptorsArriveUnderTheirNumbersEvenWhenTheyCross) {
    auto first = makePipe();
    auto second = makePipe();
    ASSERT_TRUE(first && second);
    int low = 3;
    int high = 5;
    UniqueFd keepLow(::fcntl(low, F_DUPFD_CLOEXEC, 100)); // save whatever the test program has there
    UniqueFd keepHigh(::fcntl(high, F_DUPFD_CLOEXEC, 100));
    UniqueFd readOne(::fcntl(first->read.get(), F_DUPFD_CLOEXEC, 100));
    UniqueFd readTwo(::fcntl(second->read.get(), F_DUPFD_CLOEXEC, 100));
    UniqueFd writeOne(::fcntl(first->write.get(), F_DUPFD_CLOEXEC, 100));
    UniqueFd writeTwo(::fcntl(second->write.get(), F_DUPFD_CLOEXEC, 100));
    ::dup3(writeOne.get(), low, O_CLOEXEC);
    ::dup3(writeTwo.get(), high, O_CLOEXEC);
    auto options = bash("echo to-five >&5; echo to-three >&3; ls /proc/$$/fd >&3");
    options.keep = {{low, high}, {high, low}};
    auto child = Process::spawn(options);
    for (auto [saved, number] : {std::pair{keepLow.get(), low}, std::pair{keepHigh.get(), high}}) {
        if (saved >= 0) {
            ::dup3(saved, number, O_CLOEXEC);
        } else {
            ::close(number);
        }
    }
    ASSERT_TRUE(child);
    Runtime runtime;
    runtime.run([&]() -> Task<> { co_await child->wait(); });
    char buffer[100];
    auto count = ::read(readOne.get(), buffer, sizeof buffer);
    EXPECT_EQ(std::string_view(buffer, static_cast<std::size_t>(count)), "to-five\n");
    count = ::read(readTwo.get(), buffer, sizeof buffer);
    EXPECT_EQ(std::string_view(buffer, static_cast<std::size_t>(count)), "to-three\n0\n1\n2\n3\n5\n");
}

// With SIGPIPE ignored `seq` prints an error and fails; with a blocked TERM a helper cannot be ended.
TEST(Process, SignalDispositionsAndMaskAreReset) {
    auto former = ::signal(SIGPIPE, SIG_IGN);
    sigset_t all;
    sigset_t mask;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask);
    // 32 and 33 belong to the C library, whose posix_spawn would ignore them
    auto child = Process::spawn(bash("grep -qE 'SigBlk:.0+$' /proc/self/status && "
                                     "grep -qE 'SigIgn:.0+(180000000)?$' /proc/self/status"));
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    ::signal(SIGPIPE, former);
    ASSERT_TRUE(child);
    Runtime runtime;
    runtime.run([&]() -> Task<> {
        auto status = co_await child->wait();
        EXPECT_TRUE(status.ok());
    });
}

TEST(Process, DestructionEndsTheWholeGroup) {
    auto ready = makePipe();
    ASSERT_TRUE(ready);
    auto options = bash("trap '' TERM; sleep 1000 & echo up >&3; wait");
    options.keep = {{ready->write.get(), 3}};
    {
        auto child = Process::spawn(options);
        ASSERT_TRUE(child);
        ready->write.reset();
        char buffer[10];
        ASSERT_EQ(::read(ready->read.get(), buffer, sizeof buffer), 3);
    }
    char buffer[10];
    EXPECT_EQ(::read(ready->read.get(), buffer, sizeof buffer), 0); // the sleeper held it open as well
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);                 // and no zombie is left
}

TEST(ReadAll, EveryByteUntilTheEnd) {
    Runtime runtime;
    runtime.run([]() -> Task<> {
        auto pipe = makePipe();
        auto options = bash("head -c 5000000 /dev/zero");
        options.out = pipe->write.get();
        auto child = Process::spawn(options);
        pipe->write.reset();
        std::size_t total = 0;
        std::size_t largest = 0;
        auto sink = [&](std::string_view piece) {
            total += piece.size();
            largest = std::max(largest, piece.size());
        };
        auto read = co_await readAll(std::move(pipe->read), sink);
        EXPECT_TRUE(read);
        EXPECT_EQ(total, 5'000'000u);
        EXPECT_LE(largest, 256u << 10u);
        co_await child->wait();
    });
}

TEST(ReadAll, AFileIsReadToo) {
    TempFolder folder;
    ASSERT_TRUE(writeFileAtomic(folder / "f", std::string(600'000, 'x')));
    Runtime runtime;
    runtime.run([&]() -> Task<> {
        UniqueFd file(::open((folder / "f").c_str(), O_RDONLY | O_CLOEXEC));
        std::size_t total = 0;
        auto sink = [&](std::string_view piece) { total += piece.size(); };
        auto read = co_await readAll(std::move(file), sink);
        EXPECT_TRUE(read);
        EXPECT_EQ(total, 600'000u);
    });
}

TEST(ReadAll, StopEndsTheWait) {
    Runtime runtime;
    auto pipe = makePipe(); // its write end stays open
    ASSERT_TRUE(pipe);
    runtime.run([&]() -> Task<> {
        StopSource source;
        TaskGroup group;
        co_await group.start();
        auto reader = [&]() -> Task<> {
            auto nothing = [](std::string_view) {};
            auto read = co_await readAll(std::move(pipe->read), nothing, source.token());
            EXPECT_TRUE(read);
        };
        group.spawn(reader());
        co_await yieldNow();
        co_await yieldNow();
        source.request(StopLevel::Graceful, StopReason::Cancelled);
        co_await group.join();
    });
}

TEST(Capture, BothStreamsAndTheInput) {
    auto result = captured(bash("cat; echo err >&2; exit 3"), std::string(300'000, 'i'));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->out, std::string(300'000, 'i'));
    EXPECT_EQ(result->err, "err\n");
    EXPECT_EQ(result->status.exit, 3);
}

// A writer to a child that does not read must not die of SIGPIPE nor block.
TEST(Capture, AChildMayLeaveItsInputUnread) {
    auto result = captured(bash("exit 0"), std::string(1'000'000, 'i'));
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->status.ok());
}

// A daemon that keeps the pipe must not keep the caller; what the helper itself printed is complete.
TEST(Capture, EndsWithTheHelperAlthoughADaemonKeepsThePipe) {
    auto result = captured(bash("sleep 1000 & echo $!; head -c 60000 /dev/zero"));
    ASSERT_TRUE(result);
    auto newline = result->out.find('\n');
    EXPECT_EQ(result->out.size() - newline - 1, 60'000u);
    EXPECT_EQ(::kill(std::stoi(result->out.substr(0, newline)), SIGKILL), 0);
}

TEST(Capture, TooMuchOutputIsAnErrorAndEndsTheChild) {
    Runtime runtime;
    runtime.run([]() -> Task<> {
        auto options = bash("cat /dev/zero");
        auto result = co_await capture(options, {}, {}, 100'000);
        EXPECT_FALSE(result);
        EXPECT_NE(result.error().message.find("100000"), std::string::npos);
    });
}

TEST(Capture, StopSendsTermFirstAndImmediateKills) {
    for (auto level : {StopLevel::Graceful, StopLevel::Immediate}) {
        Runtime runtime;
        runtime.run([level]() -> Task<> {
            StopSource source;
            TempFolder folder;
            auto fifo = folder / "fifo";
            EXPECT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
            auto options = bash("trap 'echo term; exit 9' TERM; sleep 1000 & echo up > " + fifo + "; wait");
            auto waitUntilUp = [fifo] {
                UniqueFd fd(::open(fifo.c_str(), O_RDONLY | O_CLOEXEC));
                char buffer[10];
                return ::read(fd.get(), buffer, sizeof buffer);
            };
            TaskGroup group;
            co_await group.start();
            std::optional<Result<Captured>> result;
            auto run = [&]() -> Task<> { result = co_await capture(options, {}, source.token()); };
            group.spawn(run());
            co_await offload(waitUntilUp);
            source.request(level, StopReason::Cancelled);
            co_await group.join();
            EXPECT_TRUE(result && *result);
            if (level == StopLevel::Graceful) {
                EXPECT_EQ((*result)->status.exit, 9);
                EXPECT_EQ((*result)->out, "term\n");
            } else {
                EXPECT_EQ((*result)->status.signal, SIGKILL);
            }
        });
    }
}

TEST(WatchTermination, HearsSignalsAndLetsTheLoopEndAtStop) {
    auto former = ::signal(SIGHUP, SIG_IGN);
    Runtime runtime;
    std::vector<int> heard;
    runtime.run([&]() -> Task<> {
        StopSource source;
        TaskGroup group;
        co_await group.start();
        auto onSignal = [&](int number) {
            heard.push_back(number);
            if (heard.size() == 2) {
                source.request(StopLevel::Graceful, StopReason::Cancelled);
            }
        };
        group.spawn(watchTermination(onSignal, source.token()));
        auto send = [&]() -> Task<> {
            ::raise(SIGHUP); // ignored by whoever started us: it stays so
            ::raise(SIGINT);
            while (heard.empty()) {
                co_await yieldNow();
            }
            ::raise(SIGTERM);
        };
        group.spawn(send());
        co_await group.join();
    });
    EXPECT_EQ(heard, (std::vector{SIGINT, SIGTERM}));
    EXPECT_EQ(::signal(SIGHUP, former), SIG_IGN); // restored, not reset
    EXPECT_EQ(::signal(SIGINT, SIG_DFL), SIG_DFL);
}

} // namespace
} // namespace cirque::io
