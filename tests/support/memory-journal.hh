// SPDX-License-Identifier: Apache-2.0
// A journal in memory that can be told to fail, and questions about what it holds.
#pragma once

#include "engine/api/ports.hh"
#include "tests/support/fake-clock.hh"

#include <functional>
#include <optional>

namespace cirque::testing {

class MemoryJournal final : public engine::Journal {
  public:
    explicit MemoryJournal(FakeClock* clock = nullptr) : clock_(clock) {}

    Result<void> append(std::vector<event::Body> bodies) override;

    // The append with this number (1 is the first) and all later ones fail.
    void failFrom(int append, Error error) {
        failFrom_ = append;
        error_ = std::move(error);
    }

    std::function<void(const event::Event&)> onEvent; // after it was kept

    [[nodiscard]] const std::vector<event::Event>& events() const { return events_; }

    [[nodiscard]] int appends() const { return appends_; }

    template <class Body>
    [[nodiscard]] std::vector<Body> all() const {
        std::vector<Body> found;
        for (const event::Event& event : events_) {
            if (const auto* body = std::get_if<Body>(&event.body)) {
                found.push_back(*body);
            }
        }
        return found;
    }

    [[nodiscard]] std::optional<event::JobFinished> job(std::string_view name) const;
    // The last step.finished of the step in the job's last attempt.
    [[nodiscard]] std::optional<event::StepFinished> step(std::string_view job, std::string_view name) const;
    // How many tries of the step were started.
    [[nodiscard]] int tries(std::string_view job, std::string_view name) const;

  private:
    FakeClock* clock_;
    std::vector<event::Event> events_;
    int appends_ = 0;
    int failFrom_ = 0;
    Error error_;
};

} // namespace cirque::testing
