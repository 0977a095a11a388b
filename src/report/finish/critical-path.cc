// SPDX-License-Identifier: Apache-2.0
#include "report/finish/critical-path.hh"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace cirque::report {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

// Needs and dependants as places in the model.
struct Graph {
    std::vector<std::vector<std::size_t>> dependants;
    std::vector<std::size_t> open; // needs that are not settled yet
};

Graph graphOf(const std::vector<JobModel>& jobs) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        places.emplace(jobs[i].name, i);
    }
    Graph graph{std::vector<std::vector<std::size_t>>(jobs.size()), std::vector<std::size_t>(jobs.size(), 0)};
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        for (const std::string& need : jobs[i].needs) {
            if (const auto found = places.find(need); found != places.end()) {
                graph.dependants[found->second].push_back(i);
                ++graph.open[i];
            }
        }
    }
    return graph;
}

} // namespace

CriticalPath criticalPath(const RunModel& model) {
    const std::vector<JobModel>& jobs = model.jobs();
    Graph graph = graphOf(jobs);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (graph.open[i] == 0) {
            order.push_back(i);
        }
    }
    std::vector<Millis> total(jobs.size(), Millis(0));
    std::vector<std::size_t> before(jobs.size(), none);
    for (std::size_t at = 0; at < order.size(); ++at) {
        const std::size_t job = order[at];
        total[job] += jobs[job].duration;
        for (const std::size_t next : graph.dependants[job]) {
            if (before[next] == none || total[job] > total[next]) {
                total[next] = total[job];
                before[next] = job;
            }
            if (--graph.open[next] == 0) {
                order.push_back(next);
            }
        }
    }
    const auto longest = std::ranges::max_element(total);
    if (order.size() < jobs.size() || longest == total.end()) {
        return {};
    }
    CriticalPath path;
    path.duration = *longest;
    for (auto job = static_cast<std::size_t>(longest - total.begin()); job != none; job = before[job]) {
        if (jobs[job].started) {
            path.jobs.push_back(job);
        }
    }
    std::ranges::reverse(path.jobs);
    return path.jobs.size() > 1 ? path : CriticalPath{};
}

} // namespace cirque::report
