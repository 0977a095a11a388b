// SPDX-License-Identifier: Apache-2.0
#include "plan/validate-parts.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::plan {
namespace {

constexpr std::size_t mostFindings = 10'000;
constexpr std::size_t mostComparisons = 50'000;

} // namespace

Checks::Checks(const Plan& checked)
    : plan(checked), graph(checked.jobs), directBy_(checked.jobs.size(), -1), budget_(mostComparisons) {
    for (const HostTool& tool : plan.hostTools) {
        hostTools.insert(tool.token);
    }
    for (const GeneratedFile& file : plan.files) {
        files.insert(file.token);
    }
    for (const Param& param : plan.params) {
        params.emplace(param.name, &param);
    }
}

void Checks::add(Path path, std::string message, std::string hint) {
    if (findings.size() < mostFindings) {
        findings.push_back({std::move(path), std::move(message), std::move(hint), {}});
    }
}

void Checks::needUpstream(std::size_t job, int ancestor, std::function<Path()> path, std::string_view what,
                          std::string_view name) {
    if (marked_ != job) {
        marked_ = job;
        for (const int need : graph.needs(static_cast<int>(job))) {
            directBy_[static_cast<std::size_t>(need)] = static_cast<int>(job);
        }
    }
    if (directBy_[static_cast<std::size_t>(ancestor)] != static_cast<int>(job)) {
        questions_.push_back({{static_cast<int>(job), ancestor}, std::move(path), what, name});
    }
}

void Checks::askGraph() {
    if (cyclic || questions_.empty()) {
        return; // what is upstream has no meaning on a cycle
    }
    std::vector<NeedQuery> queries;
    queries.reserve(questions_.size());
    for (const Question& question : questions_) {
        queries.push_back(question.query);
    }
    const std::vector<bool> answers = areTransitiveNeeds(graph, queries);
    for (std::size_t i = 0; i < questions_.size(); ++i) {
        if (!answers[i]) {
            const std::string producer = quoted(job(questions_[i].query.ancestor).name);
            add(questions_[i].path(),
                fmt::format("{} {} comes from job {}, which this job does not need", questions_[i].what,
                            quoted(questions_[i].name), producer),
                fmt::format("add {} to needs", producer));
        }
    }
}

std::string Checks::nearestOf(std::string_view name, const std::vector<std::string_view>& candidates) {
    if (candidates.size() > budget_) {
        return {};
    }
    budget_ -= candidates.size();
    const std::string_view near = nearest(name, candidates);
    return near.empty() ? "" : fmt::format("did you mean {}?", quoted(near));
}

std::string Checks::nearestJob(std::string_view name) {
    if (plan.jobs.size() > budget_) {
        return {};
    }
    std::vector<std::string_view> names;
    for (const Job& job : plan.jobs) {
        names.push_back(job.name);
    }
    return nearestOf(name, names);
}

std::string Checks::nearestArtifact(std::string_view name) {
    if (producers.size() > budget_) {
        return {};
    }
    std::vector<std::string_view> names;
    for (const auto& [artifact, producer] : producers) {
        names.push_back(artifact);
    }
    return nearestOf(name, names);
}

Path jobPath(const Job& job, std::vector<PathPart> rest) {
    Path path{{"jobs"}, {job.name}};
    for (PathPart& part : rest) {
        path.push_back(std::move(part));
    }
    return path;
}

std::string quotedWay(std::string_view way) {
    constexpr std::size_t longest = 2000;
    return keepOnlyColours(ellipsize(way, longest));
}

} // namespace cirque::plan
