// SPDX-License-Identifier: Apache-2.0
#include "history/timeline-json.hh"

#include "event/types/json-text.hh"
#include "event/types/json.hh"
#include "history/json.hh"

namespace cirque::history {
namespace {

using event::putText;

std::int64_t millis(Micros at) {
    return std::chrono::duration_cast<Millis>(at).count();
}

Json orNull(const std::optional<Micros>& at) {
    return at ? Json(millis(*at)) : Json(nullptr);
}

Json orNull(const std::optional<Outcome>& outcome) {
    return outcome ? Json(event::toJson(*outcome)) : Json(nullptr);
}

JsonObject toJson(const StepSpan& step) {
    JsonObject out{{"number", step.index + 1}};
    putText(out, "name", step.name);
    out["outcome"] = orNull(step.outcome);
    JsonArray tries;
    for (const TrySpan& one : step.tries) {
        tries.push_back({{"try", one.number},
                         {"start", millis(one.start)},
                         {"end", orNull(one.end)},
                         {"outcome", orNull(one.outcome)},
                         {"delay", one.delay.count()}});
    }
    out["tries"] = std::move(tries);
    return out;
}

JsonObject toJson(const ServiceSpan& service) {
    JsonObject out;
    putText(out, "name", service.name);
    out["end"] = orNull(service.end);
    out["outcome"] = orNull(service.outcome);
    JsonArray starts;
    for (const ServiceStart& one : service.starts) {
        starts.push_back({{"start", millis(one.start)},
                          {"up", orNull(one.up)},
                          {"end", orNull(one.end)},
                          {"outcome", orNull(one.outcome)}});
    }
    out["starts"] = std::move(starts);
    return out;
}

JsonObject toJson(const AttemptSpan& attempt) {
    JsonObject out{{"attempt", attempt.number}};
    putText(out, "executor", attempt.executor);
    out["queued"] = orNull(attempt.queued);
    out["start"] = millis(attempt.start);
    out["end"] = orNull(attempt.end);
    out["provisionStart"] = orNull(attempt.provisionStart);
    out["provisionEnd"] = orNull(attempt.provisionEnd);
    out["outcome"] = orNull(attempt.outcome);
    out["delay"] = attempt.delay.count();
    JsonArray services;
    for (const ServiceSpan& service : attempt.services) {
        services.push_back(toJson(service));
    }
    if (!services.empty()) {
        out["services"] = std::move(services);
    }
    JsonArray steps;
    for (const StepSpan& step : attempt.steps) {
        steps.push_back(toJson(step));
    }
    out["steps"] = std::move(steps);
    return out;
}

JsonObject toJson(const JobSpan& job, bool critical) {
    JsonObject out;
    putText(out, "name", job.name);
    out["needs"] = JsonArray(job.needs.begin(), job.needs.end());
    out["critical"] = critical;
    out["queued"] = orNull(job.attempts.empty() ? job.queued : job.attempts.front().queued);
    out["finished"] = orNull(job.finished);
    out["outcome"] = orNull(job.outcome);
    out["tolerated"] = job.tolerated;
    putText(out, "reusedFrom", job.reusedFrom);
    JsonArray attempts;
    for (const AttemptSpan& attempt : job.attempts) {
        attempts.push_back(toJson(attempt));
    }
    out["attempts"] = std::move(attempts);
    return out;
}

JsonObject toJson(const Mark& mark) {
    JsonObject out{{"at", millis(mark.at)}, {"kind", toString(mark.kind)}};
    putText(out, "job", mark.job);
    putText(out, "level", mark.level);
    putText(out, "text", mark.text);
    return out;
}

} // namespace

JsonObject timelineToJson(const Timeline& timeline) {
    std::vector<bool> critical(timeline.jobs.size(), false);
    for (const std::size_t job : criticalPath(timeline)) {
        critical[job] = true;
    }
    JsonArray jobs;
    for (std::size_t i = 0; i < timeline.jobs.size(); ++i) {
        jobs.push_back(toJson(timeline.jobs[i], critical[i]));
    }
    JsonArray marks;
    for (const Mark& mark : timeline.marks) {
        marks.push_back(toJson(mark));
    }
    JsonObject out{{"run", timeline.id.text()}};
    putText(out, "name", timeline.name);
    putText(out, "rerunOf", timeline.rerunOf);
    out["state"] = toString(timeline.state);
    out["started"] = toIso8601(timeline.started);
    out["length"] = millis(timeline.length);
    out["outcome"] = orNull(timeline.outcome);
    out["evaluation"] = timeline.evaluation
                            ? Json(JsonObject{{"duration", timeline.evaluation->duration.count()},
                                              {"cached", timeline.evaluation->cached}})
                            : Json(nullptr);
    out["jobs"] = std::move(jobs);
    out["marks"] = std::move(marks);
    return {{"version", jsonVersion}, {"timeline", std::move(out)}};
}

} // namespace cirque::history
