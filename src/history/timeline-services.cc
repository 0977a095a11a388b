// SPDX-License-Identifier: Apache-2.0
// The services of a job in its timeline.
#include "history/timeline.hh"

#include <algorithm>

namespace cirque::history {

std::optional<Micros> ServiceSpan::firstUp() const {
    const auto found =
        std::ranges::find_if(starts, [](const ServiceStart& one) { return one.up.has_value(); });
    return found == starts.end() ? std::nullopt : found->up;
}

std::optional<std::pair<Micros, Micros>> AttemptSpan::startingServices(Micros until) const {
    std::optional<Micros> from;
    std::optional<Micros> to;
    std::optional<Micros> failed; // they are waited for no more when one of them ends
    for (const ServiceSpan& one : services) {
        if (!one.starts.empty()) {
            from = std::min(from.value_or(one.starts.front().start), one.starts.front().start);
        }
        const std::optional<Micros> up = one.firstUp();
        to = std::max(to.value_or(Micros(0)), up.value_or(Micros(0)));
        if (!up) {
            const Micros ended = one.end.value_or(end.value_or(until));
            failed = std::min(failed.value_or(ended), ended);
        }
    }
    return from ? std::optional(std::pair(*from, std::max(*from, failed.value_or(*to)))) : std::nullopt;
}

ServiceSpan* TimelineBuilder::service(const TryRef& ref, const std::string& name) {
    AttemptSpan* parent = attempt(ref.job, ref.attempt);
    const std::optional<std::size_t> place = ref.service();
    if (parent == nullptr || !place) {
        return nullptr;
    }
    const int index = static_cast<int>(*place);
    const auto found = std::ranges::find(parent->services, index, &ServiceSpan::index);
    if (found != parent->services.end()) {
        return &*found;
    }
    ServiceSpan& made = parent->services.emplace_back();
    made.index = index;
    made.name = name;
    return &made;
}

void TimelineBuilder::on(const event::Event&, const event::ServiceStarted& body) {
    ServiceSpan* one = service(body.ref, body.name);
    if (one == nullptr) {
        return;
    }
    if (!one->starts.empty() && !one->starts.back().end) { // journals once had no service.restarting
        one->starts.back().end = now_;
    }
    one->starts.emplace_back().start = now_;
}

void TimelineBuilder::on(const event::Event&, const event::ServiceReady& body) {
    if (ServiceSpan* one = service(body.ref, body.name); one != nullptr && !one->starts.empty()) {
        one->starts.back().up = now_;
    }
}

void TimelineBuilder::on(const event::Event&, const event::ServiceRestarting& body) {
    if (ServiceSpan* one = service(body.ref, body.name); one != nullptr && !one->starts.empty()) {
        one->starts.back().end = now_;
        one->starts.back().outcome = body.outcome;
    }
}

void TimelineBuilder::on(const event::Event&, const event::ServiceStopped& body) {
    ServiceSpan* one = service(body.ref, body.name);
    if (one == nullptr) {
        return;
    }
    one->end = now_;
    one->outcome = body.outcome;
    if (!one->starts.empty() && !one->starts.back().end) { // else it was stopped in the pause after its end
        one->starts.back().end = now_;
        one->starts.back().outcome = body.outcome;
    }
}

} // namespace cirque::history
