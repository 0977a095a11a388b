// SPDX-License-Identifier: Apache-2.0
#include "report/graph/layers.hh"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace cirque::report {
namespace {

constexpr std::size_t mostBends = 60'000;
constexpr int sweeps = 8;

std::size_t at(int index) {
    return static_cast<std::size_t>(index);
}

std::vector<std::vector<int>> turned(const std::vector<std::vector<int>>& needs) {
    std::vector<std::vector<int>> dependants(needs.size());
    for (std::size_t job = 0; job < needs.size(); ++job) {
        for (const int need : needs[job]) {
            dependants[at(need)].push_back(static_cast<int>(job));
        }
    }
    return dependants;
}

// Longest path from the jobs without needs. Jobs on or behind a cycle stay in the first column.
std::vector<std::size_t> longestPaths(const std::vector<std::vector<int>>& needs,
                                      const std::vector<std::vector<int>>& dependants) {
    std::vector<std::size_t> layer(needs.size(), 0);
    std::vector<std::size_t> open(needs.size());
    std::vector<int> ready;
    for (std::size_t job = 0; job < needs.size(); ++job) {
        open[job] = needs[job].size();
        if (open[job] == 0) {
            ready.push_back(static_cast<int>(job));
        }
    }
    for (std::size_t next = 0; next < ready.size(); ++next) {
        const auto job = at(ready[next]);
        for (const int dependant : dependants[job]) {
            layer[at(dependant)] = std::max(layer[at(dependant)], layer[job] + 1);
            if (--open[at(dependant)] == 0) {
                ready.push_back(dependant);
            }
        }
    }
    for (std::size_t job = 0; job < needs.size(); ++job) {
        layer[job] = open[job] == 0 ? layer[job] : 0;
    }
    return layer;
}

// The node of `job` in `layer`: itself, or a passage that is made, with all before it, when it is missing.
int passage(Layers& out, int job, std::size_t layer, std::vector<int>& chain) {
    while (out.nodes[at(job)].layer + chain.size() < layer) {
        const int before = chain.empty() ? job : chain.back();
        const int made = static_cast<int>(out.nodes.size());
        Node node;
        node.job = job;
        node.bend = true;
        node.layer = out.nodes[at(before)].layer + 1;
        node.left.push_back(before);
        out.nodes.push_back(std::move(node));
        out.nodes[at(before)].right.push_back(made);
        chain.push_back(made);
    }
    const std::size_t steps = layer - out.nodes[at(job)].layer;
    return steps == 0 ? job : chain[steps - 1];
}

void connect(Layers& out, const std::vector<std::vector<int>>& dependants) {
    for (std::size_t job = 0; job < dependants.size(); ++job) {
        std::vector<int> chain;
        for (const int dependant : dependants[job]) {
            const std::size_t from = out.nodes[job].layer;
            const std::size_t to = out.nodes[at(dependant)].layer;
            if (to <= from) {
                continue; // of a cycle
            }
            if (to - from > 1 && out.nodes.size() > dependants.size() + mostBends) {
                out.straight.emplace_back(static_cast<int>(job), dependant);
                continue;
            }
            const int left = passage(out, static_cast<int>(job), to - 1, chain);
            out.nodes[at(left)].right.push_back(dependant);
            out.nodes[at(dependant)].left.push_back(left);
        }
    }
}

std::vector<std::size_t> places(const Layers& layers) {
    std::vector<std::size_t> place(layers.nodes.size(), 0);
    for (const auto& column : layers.columns) {
        for (std::size_t i = 0; i < column.size(); ++i) {
            place[at(column[i])] = i;
        }
    }
    return place;
}

// Orders one column by the mean place of each node's neighbours on one side; a node without any stays about
// where it is.
void order(Layers& layers, std::vector<int>& column, std::vector<std::size_t>& place, bool byLeft) {
    std::vector<std::tuple<double, std::size_t, int>> keyed; // equal keys keep their order
    keyed.reserve(column.size());
    for (std::size_t i = 0; i < column.size(); ++i) {
        const Node& node = layers.nodes[at(column[i])];
        const std::vector<int>& beside = byLeft ? node.left : node.right;
        double key = static_cast<double>(i);
        if (!beside.empty()) {
            const double sum =
                std::accumulate(beside.begin(), beside.end(), 0.0, [&](double total, int other) {
                    return total + static_cast<double>(place[at(other)]);
                });
            key = sum / static_cast<double>(beside.size());
        }
        keyed.emplace_back(key, i, column[i]);
    }
    std::ranges::sort(keyed);
    for (std::size_t i = 0; i < column.size(); ++i) {
        column[i] = std::get<int>(keyed[i]);
        place[at(column[i])] = i;
    }
}

void untangle(Layers& layers) {
    std::vector<std::size_t> place = places(layers);
    auto best = layers.columns;
    std::size_t fewest = countCrossings(layers);
    for (int sweep = 0; sweep < sweeps && fewest > 0; ++sweep) {
        const bool forward = sweep % 2 == 0;
        for (std::size_t i = 1; i < layers.columns.size(); ++i) {
            const std::size_t column = forward ? i : layers.columns.size() - 1 - i;
            order(layers, layers.columns[column], place, forward);
        }
        if (const std::size_t now = countCrossings(layers); now < fewest) {
            fewest = now;
            best = layers.columns;
        }
    }
    layers.columns = std::move(best);
}

// Pairs (i, j) with i before j and values[i] > values[j], all values below `size`; a Fenwick tree.
std::size_t inversions(const std::vector<std::size_t>& values, std::size_t size) {
    std::vector<std::size_t> tree(size + 1, 0);
    std::size_t found = 0;
    std::size_t seen = 0;
    for (const std::size_t value : values) {
        std::size_t notAbove = 0;
        for (std::size_t i = value + 1; i > 0; i -= i & (~i + 1)) {
            notAbove += tree[i];
        }
        found += seen - notAbove;
        for (std::size_t i = value + 1; i <= size; i += i & (~i + 1)) {
            ++tree[i];
        }
        ++seen;
    }
    return found;
}

} // namespace

std::size_t countCrossings(const Layers& layers) {
    const std::vector<std::size_t> place = places(layers);
    std::size_t total = 0;
    for (std::size_t i = 0; i + 1 < layers.columns.size(); ++i) {
        std::vector<std::size_t> ends;
        for (const int node : layers.columns[i]) {
            const std::size_t first = ends.size();
            for (const int other : layers.nodes[at(node)].right) {
                ends.push_back(place[at(other)]);
            }
            std::sort(ends.begin() + static_cast<std::ptrdiff_t>(first), ends.end());
        }
        total += inversions(ends, layers.columns[i + 1].size());
    }
    return total;
}

Layers makeLayers(const std::vector<std::vector<int>>& needs) {
    Layers out;
    const auto dependants = turned(needs);
    const std::vector<std::size_t> layer = longestPaths(needs, dependants);
    for (std::size_t job = 0; job < needs.size(); ++job) {
        Node node;
        node.job = static_cast<int>(job);
        node.layer = layer[job];
        out.nodes.push_back(std::move(node));
    }
    connect(out, dependants);
    for (std::size_t node = 0; node < out.nodes.size(); ++node) {
        out.columns.resize(std::max(out.columns.size(), out.nodes[node].layer + 1));
        out.columns[out.nodes[node].layer].push_back(static_cast<int>(node));
    }
    untangle(out);
    return out;
}

} // namespace cirque::report
