// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hh"

#include "io/process/signals.hh"
#include "io/runtime/runtime.hh"

namespace cirque::cli {
namespace {

io::Task<> guarded(std::function<io::Task<>()> work, std::function<void(int)> onSignal) {
    io::TaskGroup group;
    io::StopSource ended;
    co_await group.start();
    group.spawn(io::watchTermination(std::move(onSignal), ended.token()));
    co_await io::yieldNow(); // signals are watched before anything begins
    std::exception_ptr failure;
    try {
        co_await work();
    } catch (...) {
        failure = std::current_exception();
    }
    ended.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    co_await group.join();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace

void runInterruptible(std::function<io::Task<>()> work, std::function<void(int)> onSignal) {
    io::Runtime runtime;
    const std::function<io::Task<>()> main = [&] { return guarded(work, onSignal); };
    runtime.run(main);
}

} // namespace cirque::cli
