// SPDX-License-Identifier: Apache-2.0
#include "history/json.hh"

#include "event/types/json-text.hh"
#include "event/types/json.hh"
#include "history/feedback-json.hh"

#include <fmt/format.h>

#include <iterator>

namespace cirque::history {
namespace {

using event::putText;

Json orNull(const std::optional<Outcome>& outcome) {
    return outcome ? Json(event::toJson(*outcome)) : Json(nullptr);
}

Json orNull(const std::optional<WallTime>& time) {
    return time ? Json(toIso8601(*time)) : Json(nullptr);
}

JsonArray toJson(const std::vector<TrySummary>& tries) {
    JsonArray out;
    for (const TrySummary& one : tries) {
        out.push_back({{"attempt", one.attempt},
                       {"try", one.number},
                       {"outcome", orNull(one.outcome)},
                       {"duration", one.duration.count()},
                       {"bytes", one.bytes},
                       {"lines", one.lines}});
    }
    return out;
}

JsonObject toJson(const JobSummary& job) {
    JsonObject out;
    putText(out, "name", job.name);
    out["number"] = job.number;
    out["needs"] = JsonArray(job.needs.begin(), job.needs.end());
    out["outcome"] = orNull(job.outcome);
    out["tolerated"] = job.tolerated;
    out["attempts"] = job.attempts;
    putText(out, "executor", job.executor);
    out["started"] = orNull(job.started);
    out["duration"] = job.duration.count();
    out["setup"] = toJson(job.setup);
    JsonArray steps;
    for (std::size_t i = 0; i < job.steps.size(); ++i) {
        const StepSummary& step = job.steps[i];
        JsonObject made;
        made["number"] = i + 1;
        putText(made, "name", step.name);
        made["outcome"] = orNull(step.outcome);
        made["duration"] = step.duration.count();
        made["tries"] = toJson(step.tries);
        steps.push_back(std::move(made));
    }
    out["steps"] = std::move(steps);
    JsonArray services;
    for (const StepSummary& service : job.services) {
        JsonObject made;
        putText(made, "name", service.name);
        made["outcome"] = orNull(service.outcome);
        made["duration"] = service.duration.count();
        made["starts"] = service.starts;
        made["up"] = service.up ? Json(service.up->count()) : Json(nullptr);
        made["tries"] = toJson(service.tries);
        services.push_back(std::move(made));
    }
    if (!services.empty()) {
        out["services"] = std::move(services);
    }
    putFeedback(out, job.told);
    return out;
}

JsonArray artifacts(const RunSummary& run) {
    JsonArray out;
    for (const ArtifactSummary& artifact : run.artifacts) {
        JsonObject made;
        putText(made, "job", artifact.job);
        putText(made, "name", artifact.name);
        putText(made, "path", artifact.path);
        made["bytes"] = artifact.bytes;
        made["files"] = artifact.files;
        putText(made, "sha256", artifact.sha256);
        out.push_back(std::move(made));
    }
    return out;
}

JsonObject toJson(const RunSummary& run) {
    JsonObject out;
    out["id"] = run.id.text();
    putText(out, "name", run.name);
    out["state"] = toString(run.state);
    out["started"] = orNull(run.started);
    out["finished"] = orNull(run.finished);
    out["duration"] = run.duration.count();
    out["outcome"] = orNull(run.outcome);
    out["exitStatus"] = run.exitStatus ? Json(*run.exitStatus) : Json(nullptr);
    putText(out, "workflow", run.workflow);
    putText(out, "tree", run.tree);
    putText(out, "cirque", run.version);
    if (!run.damage.empty()) {
        putText(out, "damage", run.damage);
    }
    JsonArray jobs;
    for (const JobSummary& job : run.jobs) {
        jobs.push_back(toJson(job));
    }
    out["jobs"] = std::move(jobs);
    out["artifacts"] = artifacts(run);
    return out;
}

} // namespace

JsonObject runsToJson(std::span<const RunSummary> runs) {
    JsonArray list;
    for (const RunSummary& run : runs) {
        list.push_back(toJson(run));
    }
    return {{"version", jsonVersion}, {"runs", std::move(list)}};
}

JsonObject runToJson(const RunSummary& run) {
    return {{"version", jsonVersion}, {"run", toJson(run)}};
}

JsonObject artifactsToJson(const RunSummary& run) {
    return {{"version", jsonVersion}, {"run", run.id.text()}, {"artifacts", artifacts(run)}};
}

void LogsJson::begin(std::string& out, const RunId& run) {
    fmt::format_to(std::back_inserter(out), R"({{"version":{},"run":"{}","logs":[)", jsonVersion, run.text());
}

void LogsJson::beginTry(std::string& out, const LogEntry& entry) {
    out += firstTry_ ? "\n{" : ",\n{";
    firstTry_ = false;
    firstLine_ = true;
    event::appendTextField(out, "job", entry.ref.job);
    if (entry.ref.step >= 0) {
        event::appendTextField(out += ',', "step", entry.step);
        fmt::format_to(std::back_inserter(out), R"(,"number":{})", entry.ref.step + 1);
    } else if (entry.ref.service()) {
        event::appendTextField(out += ',', "service", entry.step);
    }
    fmt::format_to(std::back_inserter(out), R"(,"attempt":{},"try":{},"lines":[)", entry.ref.attempt,
                   entry.ref.tryNumber);
}

void LogsJson::line(std::string& out, std::int64_t number, const event::LogLine& line) {
    out += firstLine_ ? "\n" : ",\n";
    firstLine_ = false;
    fmt::format_to(std::back_inserter(out), R"({{"n":{},"at":{},)", number, line.at.count());
    event::appendTextField(out, "text", line.text);
    out += line.split ? R"(,"split":true)" : "";
    out += line.late ? R"(,"late":true)" : "";
    out += '}';
}

void LogsJson::endTry(std::string& out) {
    out += "]}";
}

void LogsJson::end(std::string& out) {
    out += "]}\n";
}

} // namespace cirque::history
