// SPDX-License-Identifier: Apache-2.0
// One parked coroutine on the loop, woken by hand. Private to io/runtime: it names asio.
#pragma once

#include "io/runtime/task.hh"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cirque::io::detail {

class Waiter {
  public:
    explicit Waiter(const boost::asio::any_io_executor& executor)
        : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

    // Resumes the parked coroutine at the next turn of the loop. `woken` tells it whether by a notification.
    void wake(bool byNotification) {
        woken_ = woken_ || byNotification;
        timer_.cancel();
    }

    [[nodiscard]] bool woken() const { return woken_; }

    // The caller keeps the waiter alive until this ends.
    Task<> park() {
        boost::system::error_code ignored;
        co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }

  private:
    boost::asio::steady_timer timer_;
    bool woken_ = false;
};

} // namespace cirque::io::detail
