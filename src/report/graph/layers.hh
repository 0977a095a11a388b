// SPDX-License-Identifier: Apache-2.0
// The combinatorial part of a drawn graph: which column each job stands in, and in which order. Pure.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace cirque::report {

// A job, or the place where the lines of a job pass through a column.
struct Node {
    int job = -1;      // whose it is
    bool bend = false; // a passage, not the job itself
    std::size_t layer = 0;
    std::vector<int> left; // neighbours in the columns beside, by index
    std::vector<int> right;
};

struct Layers {
    std::vector<Node> nodes; // the jobs first, each at its own index
    std::vector<std::vector<int>> columns;
    std::vector<std::pair<int, int>> straight; // edges that are drawn without passages: there are too many
};

// Every job to the right of all it needs, as far left as it can be; then the order within the columns. All
// lines of one job share their passages, so that jobs times columns bounds how many there are.
Layers makeLayers(const std::vector<std::vector<int>>& needs);

// How many lines cross between the columns, as they are ordered.
std::size_t countCrossings(const Layers& layers);

} // namespace cirque::report
