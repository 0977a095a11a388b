// SPDX-License-Identifier: Apache-2.0
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

#include <pthread.h>
#include <signal.h>

#include <stdexcept>
#include <thread>

namespace cirque::io {
namespace {

TEST(Runtime, RunEndsOnlyWhenSpawnedWorkHasEnded) {
    Runtime runtime;
    bool ended = false;
    runtime.run([&]() -> Task<> {
        TaskGroup group;
        co_await group.start();
        auto child = [&]() -> Task<> {
            for (int turn = 0; turn < 100; ++turn) {
                co_await yieldNow();
            }
            ended = true;
        };
        group.spawn(child());
        co_await group.join();
    });
    EXPECT_TRUE(ended);
}

TEST(Runtime, AnExceptionOfMainComesOutOfRun) {
    Runtime runtime;
    auto throwing = []() -> Task<> {
        co_await yieldNow();
        throw std::runtime_error("boom");
    };
    EXPECT_THROW(runtime.run(throwing), std::runtime_error);
}

TEST(Runtime, CanRunAgain) {
    Runtime runtime;
    int runs = 0;
    auto count = [&]() -> Task<> {
        co_await yieldNow();
        ++runs;
    };
    runtime.run(count);
    runtime.run(count);
    EXPECT_EQ(runs, 2);
}

TEST(SleepFor, ShortSleepEndsTrue) {
    Runtime runtime;
    bool slept = false;
    runtime.run([&]() -> Task<> { slept = co_await sleepFor(Millis(0)); });
    EXPECT_TRUE(slept);
}

TEST(SleepFor, StopEndsItEarlyWithFalse) {
    Runtime runtime;
    bool slept = true;
    runtime.run([&]() -> Task<> {
        StopSource source;
        TaskGroup group;
        co_await group.start();
        auto sleeper = [&]() -> Task<> { slept = co_await sleepFor(std::chrono::hours(1), source.token()); };
        group.spawn(sleeper());
        co_await yieldNow();
        co_await yieldNow();
        source.request(StopLevel::Graceful, StopReason::Cancelled);
        co_await group.join();
        EXPECT_FALSE(slept);
        slept = co_await sleepFor(std::chrono::hours(1), source.token()); // already stopped: at once
    });
    EXPECT_FALSE(slept);
}

TEST(TaskGroup, SpawnDoesNotRunTheTaskInline) {
    Runtime runtime;
    runtime.run([]() -> Task<> {
        TaskGroup group;
        co_await group.start();
        bool ran = false;
        auto child = [&]() -> Task<> {
            ran = true;
            co_return;
        };
        group.spawn(child());
        EXPECT_FALSE(ran);
        EXPECT_EQ(group.running(), 1u);
        co_await group.join();
        EXPECT_TRUE(ran);
        EXPECT_EQ(group.running(), 0u);
    });
}

TEST(TaskGroup, JoinRethrowsAfterEveryChildEnded) {
    Runtime runtime;
    bool slowEnded = false;
    bool caught = false;
    runtime.run([&]() -> Task<> {
        TaskGroup group;
        co_await group.start();
        auto bad = []() -> Task<> {
            throw std::logic_error("bad child");
            co_return;
        };
        auto slow = [&]() -> Task<> {
            for (int turn = 0; turn < 50; ++turn) {
                co_await yieldNow();
            }
            slowEnded = true;
        };
        group.spawn(bad());
        group.spawn(slow());
        try {
            co_await group.join();
        } catch (const std::logic_error&) {
            caught = true;
            EXPECT_TRUE(slowEnded);
        }
    });
    EXPECT_TRUE(caught);
}

TEST(TaskGroup, ChildrenMaySpawnSiblings) {
    Runtime runtime;
    int ended = 0;
    runtime.run([&]() -> Task<> {
        TaskGroup group;
        co_await group.start();
        std::function<Task<>(int)> child = [&](int depth) -> Task<> {
            co_await yieldNow();
            ++ended;
            if (depth > 0) {
                group.spawn(child(depth - 1));
                group.spawn(child(depth - 1));
            }
        };
        group.spawn(child(4));
        co_await group.join();
    });
    EXPECT_EQ(ended, 31);
}

TEST(TaskGroupDeath, DestroyedUnjoinedIsABug) {
    auto leak = [] {
        Runtime runtime;
        runtime.run([]() -> Task<> {
            auto child = []() -> Task<> { co_await sleepFor(std::chrono::hours(1)); };
            TaskGroup group;
            co_await group.start();
            group.spawn(child());
        });
    };
    EXPECT_DEATH(leak(), "joined");
}

TEST(Signal, NotificationBeforeTheWaitIsKept) {
    Runtime runtime;
    bool woken = false;
    runtime.run([&]() -> Task<> {
        Signal signal;
        signal.notify();
        signal.notify();
        woken = co_await signal.wait();
        StopSource source; // taken: the second wait only ends by stop
        TaskGroup group;
        co_await group.start();
        bool again = true;
        auto waiter = [&]() -> Task<> { again = co_await signal.wait(source.token()); };
        group.spawn(waiter());
        co_await yieldNow();
        co_await yieldNow();
        source.request(StopLevel::Immediate, StopReason::Shutdown);
        co_await group.join();
        EXPECT_FALSE(again);
    });
    EXPECT_TRUE(woken);
}

TEST(Signal, WakesEveryWaiter) {
    Runtime runtime;
    int woken = 0;
    runtime.run([&]() -> Task<> {
        Signal signal;
        TaskGroup group;
        co_await group.start();
        auto waiter = [&]() -> Task<> {
            if (co_await signal.wait()) {
                ++woken;
            }
        };
        for (int count = 0; count < 5; ++count) {
            group.spawn(waiter());
        }
        co_await yieldNow();
        co_await yieldNow();
        signal.notify();
        co_await group.join();
    });
    EXPECT_EQ(woken, 5);
}

TEST(Offload, RunsElsewhereAndReturnsOnTheLoop) {
    Runtime runtime;
    runtime.run([]() -> Task<> {
        auto loop = std::this_thread::get_id();
        auto work = [] { return std::this_thread::get_id(); };
        auto there = co_await offload(work);
        EXPECT_NE(there, loop);
        EXPECT_EQ(std::this_thread::get_id(), loop);
    });
}

TEST(Offload, ItsExceptionComesOut) {
    Runtime runtime;
    bool caught = false;
    runtime.run([&]() -> Task<> {
        auto work = []() -> int { throw std::runtime_error("pool"); };
        try {
            co_await offload(work);
        } catch (const std::runtime_error&) {
            caught = true;
        }
    });
    EXPECT_TRUE(caught);
}

// A signal taken by a pool thread would not interrupt the loop, and handlers would run beside it.
TEST(Offload, PoolThreadsBlockSignalsAndTheLoopDoesNot) {
    Runtime runtime;
    runtime.run([]() -> Task<> {
        auto isBlocked = [] {
            sigset_t mask;
            pthread_sigmask(SIG_SETMASK, nullptr, &mask);
            return sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1;
        };
        EXPECT_TRUE(co_await offload(isBlocked));
        EXPECT_FALSE(isBlocked());
    });
}

TEST(Offload, ManyAtOnceAllReturn) {
    Runtime runtime;
    long sum = 0;
    runtime.run([&]() -> Task<> {
        TaskGroup group;
        co_await group.start();
        auto one = [&](int number) -> Task<> {
            auto work = [number] { return number; };
            sum += co_await offload(work);
        };
        for (int number = 1; number <= 200; ++number) {
            group.spawn(one(number));
        }
        co_await group.join();
    });
    EXPECT_EQ(sum, 200 * 201 / 2);
}

} // namespace
} // namespace cirque::io
