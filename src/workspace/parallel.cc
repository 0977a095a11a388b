// SPDX-License-Identifier: Apache-2.0
#include "workspace/parallel.hh"

#include <algorithm>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace cirque::workspace {

unsigned threadsFor(std::size_t files) {
    constexpr std::size_t filesPerThread = 128; // about a millisecond: a thread costs a tenth of it
    constexpr std::size_t most = 4;
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    return static_cast<unsigned>(
        std::clamp<std::size_t>(files / filesPerThread, 1, std::min(processors, most)));
}

Result<void> shareOut(std::size_t pieces, unsigned threads, const std::atomic<bool>& cancelled,
                      const std::function<Worker(unsigned thread)>& makeWorker) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex lock;
    std::optional<Error> first;
    const auto work = [&](unsigned thread) {
        const Worker worker = makeWorker(thread);
        for (std::size_t piece = 0; (piece = next.fetch_add(1, std::memory_order_relaxed)) < pieces;) {
            if (failed.load(std::memory_order_relaxed) || cancelled.load(std::memory_order_relaxed)) {
                return;
            }
            if (auto done = worker(piece); !done) {
                const std::lock_guard guard(lock);
                failed = true;
                first = first ? std::move(first) : std::move(done).error();
                return;
            }
        }
    };
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i) {
        try {
            others.emplace_back(work, i);
        } catch (const std::system_error&) {
            break; // no thread to be had: the others do its share
        }
    }
    work(0);
    others.clear();
    if (first) {
        return fail(std::move(*first));
    }
    return {};
}

} // namespace cirque::workspace
