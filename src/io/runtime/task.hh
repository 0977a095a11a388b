// SPDX-License-Identifier: Apache-2.0
// Task<T>: work that waits. The loop and everything asio stays behind io/; this header is all the rest sees
// of it.
//
// Rules (docs/hacking.md says why): parameters by value; a lambda or a braced aggregate gets a name before
// the co_await that uses it; no iterator into a shared container and no lock across co_await.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace cirque::io {

template <class T = void>
using Task = boost::asio::awaitable<T>;

} // namespace cirque::io
