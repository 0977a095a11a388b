// SPDX-License-Identifier: Apache-2.0
// Grants slots: so many attempts at the same time, first come first served. Knows no jobs, only their
// numbers, and is apart from the run machine so that a server can put one admission over many runs. Pure.
#pragma once

#include <deque>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace cirque::engine {

class Admission {
  public:
    // At least one slot is given, whatever `slots` says: a run with none would wait for ever.
    explicit Admission(int slots);

    void ask(int job);
    // Forgets a job that waits; one that does not wait is ignored.
    void withdraw(int job);
    // Gives back the slot `job` holds. Releasing what is not held is a bug (asserted).
    void release(int job);

    // The next job that gets a slot now, if any; call until it says no.
    std::optional<int> grant();

    [[nodiscard]] int used() const { return static_cast<int>(holding_.size()); }

    [[nodiscard]] int slots() const { return slots_; }

  private:
    struct Waiting {
        int job = -1;
        unsigned long ticket = 0;
    };

    int slots_;
    unsigned long lastTicket_ = 0;
    std::deque<Waiting> queue_;                      // withdrawn ones stay until they reach the front
    std::unordered_map<int, unsigned long> tickets_; // of those that still wait
    std::unordered_set<int> holding_;
};

} // namespace cirque::engine
