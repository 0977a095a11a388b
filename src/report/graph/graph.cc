// SPDX-License-Identifier: Apache-2.0
#include "report/graph/graph.hh"

#include "base/text.hh"
#include "event/types/json-text.hh"
#include "event/types/json.hh"
#include "history/json.hh"
#include "plan/condition.hh"
#include "plan/graph.hh"
#include "report/text/text.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unordered_map>

namespace cirque::report {
namespace {

std::string inWords(const plan::Condition& condition) {
    std::string out;
    if (condition.when != plan::When::Success) {
        out = plan::toString(condition.when);
    }
    if (!condition.bash.empty()) {
        const std::string_view text = trim(condition.bash);
        const std::string_view line = text.substr(0, text.find('\n'));
        out += fmt::format("{}bash: {}{}", out.empty() ? "" : " and ", line, line == text ? "" : " ...");
    }
    return out;
}

std::string inWords(const plan::Matrix& matrix) {
    std::vector<std::string> parts;
    for (const auto& [axis, value] : matrix.values) {
        parts.push_back(fmt::format("{}={}", axis, value));
    }
    for (const plan::MatrixAxis& axis : matrix.axes) {
        parts.push_back(axis.from ? fmt::format("{} from {}", axis.name, axis.from->job)
                                  : fmt::format("{}: {}", axis.name, fmt::join(axis.values, ", ")));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

void describeFrom(GraphJob& out, const plan::Job& job) {
    out.condition = inWords(job.condition);
    out.matrix = inWords(job.matrix);
    out.tolerated = job.continueOnError;
}

std::vector<bool> reached(const plan::Graph& graph, std::span<const std::string> chosen) {
    std::vector<bool> keep(graph.size(), chosen.empty());
    for (const std::string& name : chosen) {
        const int job = graph.find(name);
        if (job < 0) {
            continue;
        }
        keep[static_cast<std::size_t>(job)] = true;
        for (const int need : graph.ancestors(job)) {
            keep[static_cast<std::size_t>(need)] = true;
        }
    }
    return keep;
}

} // namespace

GraphView graphOf(const plan::Plan& plan, std::span<const std::string> chosen) {
    GraphView out;
    out.name = plan.name;
    const plan::Graph graph(plan.jobs);
    const std::vector<bool> keep = reached(graph, chosen);
    std::vector<int> place(plan.jobs.size(), -1);
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
        if (keep[i]) {
            place[i] = static_cast<int>(out.jobs.size());
            GraphJob& made = out.jobs.emplace_back();
            made.name = plan.jobs[i].name;
            made.steps = plan.jobs[i].steps.size();
            made.services = plan.jobs[i].services.size();
            describeFrom(made, plan.jobs[i]);
        }
    }
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
        for (const int need : keep[i] ? graph.needs(static_cast<int>(i)) : std::vector<int>{}) {
            out.jobs[static_cast<std::size_t>(place[i])].needs.push_back(
                place[static_cast<std::size_t>(need)]);
        }
    }
    return out;
}

GraphView graphOf(const history::RunSummary& run, const plan::Plan* plan) {
    GraphView out;
    out.name = run.name;
    out.run = run.id;
    std::unordered_map<std::string_view, int> places;
    for (const history::JobSummary& job : run.jobs) {
        places.emplace(job.name, static_cast<int>(places.size()));
    }
    std::unordered_map<std::string_view, const plan::Job*> planned;
    for (std::size_t i = 0; plan != nullptr && i < plan->jobs.size(); ++i) {
        planned.emplace(plan->jobs[i].name, &plan->jobs[i]);
    }
    for (const history::JobSummary& job : run.jobs) {
        GraphJob& made = out.jobs.emplace_back();
        if (const auto known = planned.find(job.name); known != planned.end()) {
            describeFrom(made, *known->second);
        }
        made.name = job.name;
        made.steps = job.steps.size();
        made.services = job.services.size();
        made.outcome = job.outcome;
        made.tolerated = job.tolerated;
        made.duration = job.duration;
        for (const std::string& need : job.needs) {
            if (const auto found = places.find(need); found != places.end()) {
                made.needs.push_back(found->second);
            }
        }
    }
    return out;
}

std::string detailOf(const GraphJob& job) {
    std::string out;
    if (job.outcome) { // first: a box shows no more than the beginning
        out = describe(*job.outcome) + (job.tolerated ? " (tolerated)" : "") + ", ";
        out += job.duration > Millis(0) ? formatDuration(job.duration) + ", " : "";
    }
    out += countOf(job.steps, "step");
    if (job.services > 0) {
        out += ", " + countOf(job.services, "service");
    }
    if (!job.condition.empty()) {
        out += ", if " + job.condition;
    }
    if (!job.matrix.empty()) {
        out += ", " + job.matrix;
    }
    if (job.tolerated && !job.outcome) {
        out += ", may fail";
    }
    return out;
}

std::string_view outcomeWord(const GraphJob& job) {
    if (!job.outcome) {
        return {};
    }
    return job.tolerated && job.outcome->failed() ? "tolerated" : toString(job.outcome->kind);
}

JsonObject toJson(const GraphView& graph) {
    JsonArray jobs;
    for (const GraphJob& job : graph.jobs) {
        JsonObject made;
        event::putText(made, "name", job.name);
        JsonArray needs;
        for (const int need : job.needs) {
            needs.emplace_back(graph.jobs[static_cast<std::size_t>(need)].name);
        }
        made["needs"] = std::move(needs);
        made["steps"] = job.steps;
        made["services"] = job.services;
        event::putText(made, "condition", job.condition);
        event::putText(made, "matrix", job.matrix);
        made["tolerated"] = job.tolerated;
        if (graph.run) {
            made["outcome"] = job.outcome ? Json(event::toJson(*job.outcome)) : Json(nullptr);
            made["duration"] = job.duration.count();
        }
        jobs.push_back(std::move(made));
    }
    JsonObject out{{"version", history::jsonVersion}};
    event::putText(out, "name", graph.name);
    out["run"] = graph.run ? Json(graph.run->text()) : Json(nullptr);
    out["jobs"] = std::move(jobs);
    return out;
}

} // namespace cirque::report
