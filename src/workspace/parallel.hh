// SPDX-License-Identifier: Apache-2.0
// A few threads that share out numbered pieces of blocking work; the first error stops them all.
#pragma once

#include "base/result.hh"

#include <atomic>
#include <cstddef>
#include <functional>

namespace cirque::workspace {

// How many threads pay for `files` small files on this machine.
unsigned threadsFor(std::size_t files);

// Calls `makeWorker(thread)` once on each of `threads` threads (this one included), then what it returned for
// pieces 0..pieces-1, each once. Stops early, without an error, when `cancelled` rises. The first error is
// returned after every thread has ended. Blocks.
using Worker = std::function<Result<void>(std::size_t piece)>;
Result<void> shareOut(std::size_t pieces, unsigned threads, const std::atomic<bool>& cancelled,
                      const std::function<Worker(unsigned thread)>& makeWorker);

} // namespace cirque::workspace
