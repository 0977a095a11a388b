// SPDX-License-Identifier: Apache-2.0
// Who listens: terminals, JSON streams, later databases and forges. Listeners never feed back into the run.
#pragma once

#include "event/types/event.hh"

#include <string_view>
#include <vector>

namespace cirque::event {

class Listener {
  public:
    virtual ~Listener() = default;
    // After the event is in the journal. Must not block for long and must not throw.
    virtual void onEvent(const Event& event) = 0;

    // Log bytes of a try as they came (after redaction), in order, in pieces of any size.
    virtual void onLog(const TryRef& /*ref*/, std::string_view /*bytes*/) {}

    // Called by the loop about once a second, for heartbeats.
    virtual void onTick(MonoTime /*now*/) {}
};

// Hands everything to each listener in order. Owns none.
class Bus {
  public:
    void add(Listener& listener) { listeners_.push_back(&listener); }

    void event(const Event& event) {
        for (Listener* listener : listeners_) {
            listener->onEvent(event);
        }
    }

    void log(const TryRef& ref, std::string_view bytes) {
        for (Listener* listener : listeners_) {
            listener->onLog(ref, bytes);
        }
    }

    void tick(MonoTime now) {
        for (Listener* listener : listeners_) {
            listener->onTick(now);
        }
    }

  private:
    std::vector<Listener*> listeners_;
};

} // namespace cirque::event
