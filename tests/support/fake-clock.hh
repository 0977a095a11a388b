// SPDX-License-Identifier: Apache-2.0
// A clock that moves only when nothing else can happen: hours of waiting pass in no time, in a fixed order.
#pragma once

#include "engine/api/ports.hh"
#include "io/runtime/runtime.hh"

#include <functional>
#include <map>
#include <memory>

namespace cirque::testing {

class FakeClock final : public engine::Clock {
  public:
    [[nodiscard]] MonoTime now() const override { return now_; }

    io::Task<bool> sleep(Millis duration, io::StopToken stop) override;

    // Fakes say here that something happened, so that the clock waits for what follows from it.
    void touch() { ++activity_; }

    // Moves the time from sleeper to sleeper until `done`. Throws when nobody sleeps and `done` stays false
    // for long: the code under test hangs.
    io::Task<> drive(std::function<bool()> done);

    [[nodiscard]] Millis elapsed() const { return now_ - MonoTime{}; }

    [[nodiscard]] std::size_t sleepers() const { return sleepers_.size(); }

  private:
    io::Task<> settle();

    MonoTime now_;
    unsigned long activity_ = 0;
    unsigned long lastId_ = 0;
    std::map<std::pair<std::int64_t, unsigned long>, std::shared_ptr<io::Signal>> sleepers_;
};

} // namespace cirque::testing
