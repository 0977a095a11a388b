// SPDX-License-Identifier: Apache-2.0
#include "app/local/journal-port.hh"

#include "base/assert.hh"

namespace cirque::app {

JournalPort::JournalPort(event::JournalWriter writer, event::Bus& bus, const KnownSecrets& secrets, RunId run)
    : writer_(std::move(writer)), bus_(bus), secrets_(secrets), run_(std::move(run)) {}

Result<void> JournalPort::append(std::vector<event::Body> bodies) {
    if (failure_) {
        return fail(*failure_);
    }
    std::vector<event::Event> events;
    events.reserve(bodies.size());
    const WallTime wall = wallNow();
    const MonoTime mono = monoNow();
    for (event::Body& body : bodies) {
        if (ended_) {
            break;
        }
        ended_ = std::holds_alternative<event::RunFinished>(body);
        if (const auto* added = std::get_if<event::JobsAdded>(&body)) {
            numbers_.add(*added);
        }
        secrets_.redact(body);
        events.push_back({++seq_, wall, mono, run_, std::move(body)});
    }
    if (events.empty()) {
        return {};
    }
    if (auto written = writer_.append(events); !written) {
        failure_ = std::move(written.error()).within("while writing the run's journal");
        return fail(*failure_);
    }
    for (const event::Event& event : events) {
        bus_.event(event);
    }
    return {};
}

int JournalPort::jobNumber(const std::string& job) const {
    const int number = numbers_.of(job);
    CIRQUE_ASSERT(number != 0, "a log was opened for a job that no event announced");
    return number;
}

} // namespace cirque::app
