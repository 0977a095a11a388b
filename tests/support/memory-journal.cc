// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory-journal.hh"

#include <algorithm>

namespace cirque::testing {

Result<void> MemoryJournal::append(std::vector<event::Body> bodies) {
    ++appends_;
    if (failFrom_ > 0 && appends_ >= failFrom_) {
        return fail(error_);
    }
    for (event::Body& body : bodies) {
        event::Event event;
        event.seq = static_cast<std::int64_t>(events_.size()) + 1;
        event.body = std::move(body);
        if (clock_ != nullptr) {
            event.mono = clock_->now();
            clock_->touch();
        }
        events_.push_back(std::move(event));
        if (onEvent) {
            onEvent(events_.back());
        }
    }
    return {};
}

std::optional<event::JobFinished> MemoryJournal::job(std::string_view name) const {
    for (const auto& finished : all<event::JobFinished>()) {
        if (finished.job == name) {
            return finished;
        }
    }
    return std::nullopt;
}

std::optional<event::StepFinished> MemoryJournal::step(std::string_view job, std::string_view name) const {
    const auto steps = all<event::StepFinished>();
    const auto found = std::find_if(steps.rbegin(), steps.rend(), [&](const event::StepFinished& step) {
        return step.ref.job == job && step.name == name;
    });
    return found == steps.rend() ? std::nullopt : std::optional(*found);
}

int MemoryJournal::tries(std::string_view job, std::string_view name) const {
    const auto started = all<event::StepStarted>();
    return static_cast<int>(
        std::count_if(started.begin(), started.end(), [&](const event::StepStarted& step) {
            return step.ref.job == job && step.name == name;
        }));
}

} // namespace cirque::testing
