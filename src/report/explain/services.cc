// SPDX-License-Identifier: Apache-2.0
#include "report/explain/services.hh"

#include "base/time.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::report {
namespace {

using history::AttemptSpan;
using history::Micros;
using history::ServiceSpan;
using history::ServiceStart;
using history::StepSpan;
using history::TrySpan;

std::string lasting(Micros span) {
    return formatDuration(std::chrono::duration_cast<Millis>(span));
}

// The step that ran then, as "while step 1, 'test', ran"; empty: none did.
std::string during(const AttemptSpan& attempt, Micros at) {
    for (const StepSpan& step : attempt.steps) {
        const bool ran = std::ranges::any_of(
            step.tries, [&](const TrySpan& one) { return one.start <= at && (!one.end || at <= *one.end); });
        if (ran) {
            return fmt::format("while step {}, '{}', ran", step.index + 1, shown(step.name));
        }
    }
    return {};
}

std::string whenUp(const ServiceSpan& service, Micros until) {
    const Micros first = service.starts.front().start;
    const std::string_view which = service.starts.size() > 1 ? "first start" : "start";
    if (const auto up = service.firstUp()) {
        return fmt::format("was up {} after its {}", lasting(*up - first), which);
    }
    return service.outcome ? "was never up"
                           : fmt::format("is not up, {} after its {}", lasting(until - first), which);
}

// How the starts before the last one ended.
std::string restarts(const ServiceSpan& service) {
    if (service.starts.size() < 2) {
        return {};
    }
    const ServiceStart& before = service.starts[service.starts.size() - 2];
    const std::string how = !before.outcome        ? ""
                            : before.outcome->ok() ? "; before the last time it had ended with exit 0"
                                                   : fmt::format("; before the last time it had failed ({})",
                                                                 shown(describe(*before.outcome)));
    return fmt::format("; it was started {} times{}", service.starts.size(), how);
}

std::string ending(const AttemptSpan& attempt, const ServiceSpan& service) {
    if (!service.outcome) {
        return service.firstUp() ? "; it has not ended" : "";
    }
    if (service.outcome->kind == OutcomeKind::Cancelled) {
        return "; it was ended with the job";
    }
    if (service.outcome->kind == OutcomeKind::Interrupted) {
        return "; it ended with the run, which was interrupted";
    }
    const Micros end = service.end.value_or(service.starts.back().start);
    const std::string when = during(attempt, end);
    return fmt::format("; {} after its start, {}{}it ended with: {}",
                       lasting(end - service.starts.back().start), when, when.empty() ? "" : ", ",
                       service.outcome->ok() ? "exit 0" : shown(inWords(*service.outcome)));
}

} // namespace

std::string serviceWords(const AttemptSpan& attempt, const ServiceSpan& service, Micros until) {
    const std::string name = fmt::format("Service '{}' ", shown(service.name));
    if (service.starts.empty()) {
        return fmt::format("{}could not be started: {}.", name,
                           service.outcome ? shown(inWords(*service.outcome)) : "nobody knows why");
    }
    return name + whenUp(service, until) + restarts(service) + ending(attempt, service) + ".";
}

} // namespace cirque::report
