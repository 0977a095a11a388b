// SPDX-License-Identifier: Apache-2.0
// The loop: one thread that owns all mutable state, and a small pool for work that blocks.
// Not for domain logic: pure code is not a coroutine.
#pragma once

#include "base/time.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace cirque::io {

class Runtime {
  public:
    Runtime();
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    // Runs `main` and everything it spawned on this thread until all of it has ended. An exception that
    // leaves `main` is rethrown here. Blocks.
    void run(std::function<Task<>()> main);

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

// Sleeps for `duration`, or less when `stop` rises. True: slept to the end. Must run inside Runtime::run.
Task<bool> sleepFor(Millis duration, StopToken stop = {});

// Lets other ready work on the loop run first.
Task<> yieldNow();

// A set of tasks that is always awaited: the group must be joined before it is destroyed (asserted).
// An exception in a child is kept and rethrown by join, after every child has ended.
class TaskGroup {
  public:
    TaskGroup();
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    Task<> start();          // binds the group to the running loop; await it once before spawn
    void spawn(Task<> task); // starts at the next turn of the loop
    Task<> join();           // until every child has ended
    [[nodiscard]] std::size_t running() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

// A wake-up without data: many waiters, sticky until taken. For "look again" between tasks of one loop.
class Signal {
  public:
    Signal();
    ~Signal();
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;
    void notify(); // wakes every waiter; if there is none, the next wait returns at once
    Task<bool> wait(StopToken stop = {}); // false: stopped first

  private:
    struct State;
    std::shared_ptr<State> state_;
};

namespace detail {
Task<> offloadErased(std::function<void()> work);
}

// Runs `work` on the pool and returns its value on the loop. Its exception comes out of the co_await. Cannot
// be cancelled: keep such work short, or give it its own flag.
template <class Fn>
Task<std::invoke_result_t<Fn>> offload(Fn work) {
    using T = std::invoke_result_t<Fn>;
    std::exception_ptr failure;
    if constexpr (std::is_void_v<T>) {
        std::function<void()> erased = [&] {
            try {
                work();
            } catch (...) {
                failure = std::current_exception();
            }
        };
        co_await detail::offloadErased(std::move(erased));
        if (failure) {
            std::rethrow_exception(failure);
        }
    } else {
        std::unique_ptr<T> value;
        std::function<void()> erased = [&] {
            try {
                value = std::make_unique<T>(work());
            } catch (...) {
                failure = std::current_exception();
            }
        };
        co_await detail::offloadErased(std::move(erased));
        if (failure) {
            std::rethrow_exception(failure);
        }
        co_return std::move(*value);
    }
}

} // namespace cirque::io
