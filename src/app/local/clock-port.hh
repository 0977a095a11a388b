// SPDX-License-Identifier: Apache-2.0
// The engine's Clock on the real one.
#pragma once

#include "engine/api/ports.hh"
#include "io/runtime/runtime.hh"

namespace cirque::app {

class ClockPort : public engine::Clock {
  public:
    [[nodiscard]] MonoTime now() const override { return monoNow(); }

    io::Task<bool> sleep(Millis duration, io::StopToken stop) override {
        return io::sleepFor(duration, std::move(stop));
    }
};

} // namespace cirque::app
