// SPDX-License-Identifier: Apache-2.0
#include "plan/graph.hh"

#include <algorithm>

namespace cirque::plan {
namespace {

enum class Colour : char { White, Grey, Black };

struct Frame {
    int job;
    std::size_t next; // index into its needs
};

} // namespace

Graph::Graph(const std::vector<Job>& jobs) : needs_(jobs.size()), dependants_(jobs.size()) {
    index_.reserve(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        index_.emplace(jobs[i].name, static_cast<int>(i));
    }
    std::vector<int> seenBy(jobs.size(), -1);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        for (const std::string& name : jobs[i].needs) {
            const int need = find(name);
            if (need < 0 || seenBy[static_cast<std::size_t>(need)] == static_cast<int>(i)) {
                continue;
            }
            seenBy[static_cast<std::size_t>(need)] = static_cast<int>(i);
            needs_[i].push_back(need);
            dependants_[static_cast<std::size_t>(need)].push_back(static_cast<int>(i));
        }
    }
}

int Graph::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? -1 : found->second;
}

std::vector<int> Graph::findCycle() const {
    std::vector<std::vector<int>> cycles = findCycles(1);
    return cycles.empty() ? std::vector<int>{} : std::move(cycles.front());
}

std::vector<std::vector<int>> Graph::findCycles(std::size_t most) const {
    std::vector<std::vector<int>> cycles;
    std::vector<Colour> colours(size(), Colour::White);
    const auto colourOf = [&](int job) -> Colour& { return colours[static_cast<std::size_t>(job)]; };
    std::vector<Frame> stack;
    for (std::size_t root = 0; root < size() && cycles.size() < most; ++root) {
        if (colours[root] != Colour::White) {
            continue;
        }
        stack.push_back({static_cast<int>(root), 0});
        colours[root] = Colour::Grey;
        while (!stack.empty() && cycles.size() < most) {
            Frame& top = stack.back();
            if (top.next == needs(top.job).size()) {
                colourOf(top.job) = Colour::Black;
                stack.pop_back();
                continue;
            }
            const int need = needs(top.job)[top.next++];
            if (colourOf(need) == Colour::White) {
                colourOf(need) = Colour::Grey;
                stack.push_back({need, 0});
            } else if (colourOf(need) == Colour::Grey) {
                std::vector<int> cycle;
                for (auto frame = std::ranges::find(stack, need, &Frame::job); frame != stack.end();
                     ++frame) {
                    cycle.push_back(frame->job);
                }
                cycle.push_back(need);
                cycles.push_back(std::move(cycle));
            }
        }
    }
    return cycles;
}

std::vector<int> Graph::ancestors(int job) const {
    std::vector<bool> seen(size(), false);
    seen[static_cast<std::size_t>(job)] = true;
    std::vector<int> found{job};
    for (std::size_t next = 0; next < found.size(); ++next) {
        for (const int need : needs(found[next])) {
            if (!seen[static_cast<std::size_t>(need)]) {
                seen[static_cast<std::size_t>(need)] = true;
                found.push_back(need);
            }
        }
    }
    found.erase(found.begin());
    return found;
}

std::vector<int> Graph::topologicalOrder() const {
    std::vector<std::size_t> open(size());
    std::vector<int> order;
    order.reserve(size());
    for (std::size_t job = 0; job < size(); ++job) {
        open[job] = needs_[job].size();
        if (open[job] == 0) {
            order.push_back(static_cast<int>(job));
        }
    }
    for (std::size_t next = 0; next < order.size(); ++next) {
        for (const int dependant : dependants(order[next])) {
            if (--open[static_cast<std::size_t>(dependant)] == 0) {
                order.push_back(dependant);
            }
        }
    }
    return order;
}

} // namespace cirque::plan
