// SPDX-License-Identifier: Apache-2.0
#include "io/runtime/runtime.hh"
#include "io/runtime/waiter.hh"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <vector>

namespace cirque::io {

struct Signal::State {
    bool pending = false;
    std::vector<detail::Waiter*> waiters;
};

Signal::Signal() : state_(std::make_shared<State>()) {}

Signal::~Signal() = default;

void Signal::notify() {
    if (state_->waiters.empty()) {
        state_->pending = true;
        return;
    }
    // taken off the list at once: whoever waits next is not woken by this notification
    auto woken = std::exchange(state_->waiters, {});
    for (auto* waiter : woken) {
        waiter->wake(true);
    }
}

Task<bool> Signal::wait(StopToken stop) {
    auto state = state_;
    if (stop.stopRequested()) {
        co_return false;
    }
    if (std::exchange(state->pending, false)) {
        co_return true;
    }
    auto executor = co_await boost::asio::this_coro::executor;
    detail::Waiter waiter(executor);
    state->waiters.push_back(&waiter);
    auto callback = stop.onStop([&waiter](StopLevel) { waiter.wake(false); });
    co_await waiter.park();
    std::erase(state->waiters, &waiter);
    co_return waiter.woken();
}

} // namespace cirque::io
