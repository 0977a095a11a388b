// SPDX-License-Identifier: Apache-2.0
#include "history/longest-chain.hh"

#include <algorithm>
#include <unordered_map>

namespace cirque::history {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

struct Edges {
    std::vector<std::vector<std::size_t>> dependants;
    std::vector<std::size_t> open; // needs that are not settled yet
};

Edges edgesOf(std::span<const ChainLink> jobs) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        places.emplace(jobs[i].name, i);
    }
    Edges edges{std::vector<std::vector<std::size_t>>(jobs.size()), std::vector<std::size_t>(jobs.size(), 0)};
    const auto placeOf = [&](std::string_view name) {
        const auto found = places.find(name);
        return found == places.end() ? none : found->second;
    };
    const auto link = [&](std::size_t before, std::size_t after) {
        if (before != none && after != none) {
            edges.dependants[before].push_back(after);
            ++edges.open[after];
        }
    };
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        for (const std::string& need : jobs[i].needs) {
            link(placeOf(need), i);
        }
        // a member needs what its matrix needs, and the matrix ends with its last member
        if (!jobs[i].matrix.empty()) {
            link(i, placeOf(jobs[i].matrix));
        }
    }
    return edges;
}

} // namespace

std::vector<std::size_t> longestChain(std::span<const ChainLink> jobs) {
    Edges edges = edgesOf(jobs);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (edges.open[i] == 0) {
            order.push_back(i);
        }
    }
    std::vector<std::int64_t> total(jobs.size(), 0); // of the slowest chain that ends with the job
    std::vector<std::size_t> before(jobs.size(), none);
    for (std::size_t at = 0; at < order.size(); ++at) {
        const std::size_t job = order[at];
        total[job] += jobs[job].duration;
        for (const std::size_t next : edges.dependants[job]) {
            if (before[next] == none || total[job] > total[next]) {
                total[next] = total[job];
                before[next] = job;
            }
            if (--edges.open[next] == 0) {
                order.push_back(next);
            }
        }
    }
    if (order.empty()) {
        return {};
    }
    std::vector<std::size_t> path;
    const auto last = std::ranges::max_element(order, {}, [&](std::size_t job) { return total[job]; });
    for (std::size_t job = *last; job != none; job = before[job]) {
        if (jobs[job].ran) {
            path.push_back(job);
        }
    }
    std::ranges::reverse(path);
    return path.size() > 1 ? path : std::vector<std::size_t>{};
}

} // namespace cirque::history
