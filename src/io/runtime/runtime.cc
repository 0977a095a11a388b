// SPDX-License-Identifier: Apache-2.0
#include "io/runtime/runtime.hh"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cirque::io {

namespace asio = boost::asio;

struct Runtime::Impl {
    asio::io_context context{1}; // one thread runs it; the pool only posts
};

Runtime::Runtime() : impl_(std::make_unique<Impl>()) {}

Runtime::~Runtime() = default;

void Runtime::run(std::function<Task<>()> main) {
    std::exception_ptr failure;
    impl_->context.restart();
    asio::co_spawn(impl_->context, main(), [&failure](std::exception_ptr error) { failure = error; });
    impl_->context.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

Task<bool> sleepFor(Millis duration, StopToken stop) {
    if (stop.stopRequested()) {
        co_return false;
    }
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(duration);
    auto callback = stop.onStop([&timer](StopLevel) { timer.cancel(); });
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

Task<> yieldNow() {
    auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
}

} // namespace cirque::io
