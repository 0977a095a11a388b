// SPDX-License-Identifier: Apache-2.0
#include "io/runtime/pool.hh"

#include "io/runtime/runtime.hh"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <thread>

namespace cirque::io::detail {

namespace asio = boost::asio;

asio::execution_context::id Pool::id;

asio::thread_pool& Pool::threads() {
    if (!threads_) {
        sigset_t all;
        sigset_t former;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &former);
        threads_.emplace(std::clamp(std::thread::hardware_concurrency(), 2u, 8u));
        pthread_sigmask(SIG_SETMASK, &former, nullptr);
    }
    return *threads_;
}

void Pool::shutdown() {
    if (threads_) {
        threads_->stop();
        threads_->join();
    }
}

Task<> offloadErased(std::function<void()> work) {
    auto executor = co_await asio::this_coro::executor;
    auto& pool = asio::use_service<Pool>(asio::query(executor, asio::execution::context)).threads();
    auto initiate = [&pool, executor](auto handler, std::function<void()> job) {
        // the guarded executor keeps the loop running while only the pool has work
        auto guarded = asio::prefer(executor, asio::execution::outstanding_work.tracked);
        asio::post(pool, [handler = std::move(handler), guarded, job = std::move(job)]() mutable {
            job();
            asio::post(guarded, std::move(handler));
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate, asio::use_awaitable,
                                                                          std::move(work));
}

} // namespace cirque::io::detail
