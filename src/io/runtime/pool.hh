// SPDX-License-Identifier: Apache-2.0
// The small pool behind offload, one per loop. Private to io/runtime: it names asio.
#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <optional>

namespace cirque::io::detail {

// A service of the loop, so that a coroutine finds it through its executor. Threads start at the first use,
// with every signal blocked: signals belong to the loop's thread. They end before the loop drops its
// coroutines.
class Pool : public boost::asio::execution_context::service {
  public:
    using key_type = Pool;
    static boost::asio::execution_context::id id;

    explicit Pool(boost::asio::execution_context& owner) : service(owner) {}

    boost::asio::thread_pool& threads();

  private:
    void shutdown() override;

    std::optional<boost::asio::thread_pool> threads_;
};

} // namespace cirque::io::detail
