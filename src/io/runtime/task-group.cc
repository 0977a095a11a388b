// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/waiter.hh"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace cirque::io {

namespace asio = boost::asio;

struct TaskGroup::State {
    asio::any_io_executor executor;
    std::size_t running = 0;
    std::exception_ptr failure;
    detail::Waiter* joiner = nullptr;

    void childEnded(std::exception_ptr error) {
        if (error && !failure) {
            failure = std::move(error);
        }
        --running;
        if (running == 0 && joiner != nullptr) {
            joiner->wake(true);
        }
    }
};

TaskGroup::TaskGroup() : state_(std::make_shared<State>()) {}

TaskGroup::~TaskGroup() {
    CIRQUE_ASSERT(state_->running == 0, "a task group was destroyed before it was joined");
}

Task<> TaskGroup::start() {
    auto state = state_;
    state->executor = co_await asio::this_coro::executor;
}

void TaskGroup::spawn(Task<> task) {
    CIRQUE_ASSERT(state_->executor, "a task group must be started before it spawns");
    ++state_->running;
    auto launch = [state = state_, task = std::move(task)]() mutable {
        auto executor = state->executor;
        asio::co_spawn(executor, std::move(task),
                       [state](std::exception_ptr error) { state->childEnded(std::move(error)); });
    };
    asio::post(state_->executor, std::move(launch));
}

Task<> TaskGroup::join() {
    auto state = state_;
    // children may spawn siblings until the last of them has ended
    while (state->running != 0) {
        CIRQUE_ASSERT(state->joiner == nullptr, "a task group has one joiner");
        detail::Waiter waiter(state->executor);
        state->joiner = &waiter;
        co_await waiter.park();
        state->joiner = nullptr;
    }
    if (auto failure = std::exchange(state->failure, nullptr)) {
        std::rethrow_exception(failure);
    }
}

std::size_t TaskGroup::running() const {
    return state_->running;
}

} // namespace cirque::io
