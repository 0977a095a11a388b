// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake-clock.hh"

#include "base/assert.hh"

#include <algorithm>

namespace cirque::testing {

io::Task<bool> FakeClock::sleep(Millis duration, io::StopToken stop) {
    touch();
    if (stop.stopRequested()) {
        co_return false;
    }
    if (duration.count() <= 0) {
        co_return true;
    }
    const std::pair<std::int64_t, unsigned long> key{now_.nanos + duration.count() * 1'000'000, ++lastId_};
    const auto signal = std::make_shared<io::Signal>();
    sleepers_.emplace(key, signal);
    const bool slept = co_await signal->wait(stop);
    sleepers_.erase(key);
    touch();
    co_return slept;
}

// Each yield lets everything that is ready run once; a step of work takes a few turns to start the next one.
io::Task<> FakeClock::settle() {
    for (int quiet = 0; quiet < 8; ++quiet) {
        const unsigned long before = activity_;
        co_await io::yieldNow();
        quiet = activity_ == before ? quiet : 0;
    }
}

io::Task<> FakeClock::drive(std::function<bool()> done) {
    for (int idle = 0;;) {
        co_await settle();
        if (done()) {
            co_return;
        }
        if (sleepers_.empty()) {
            CIRQUE_ASSERT(++idle < 100, "nothing sleeps and nothing happens, yet the run has not ended");
            continue;
        }
        idle = 0;
        const auto first = sleepers_.begin();
        now_.nanos = std::max(now_.nanos, first->first.first);
        const auto signal = first->second;
        sleepers_.erase(first);
        signal->notify();
    }
}

} // namespace cirque::testing
