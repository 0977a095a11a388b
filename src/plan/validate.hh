// SPDX-License-Identifier: Apache-2.0
// What the schema cannot say: the graph, artifacts, references, tokens, parameters. Pure; about linear in the
// plan.
#pragma once

#include "plan/graph.hh"
#include "plan/location.hh"

#include <vector>

namespace cirque::plan {

// Every such problem of a plan, in no order. Paths are those of the plan's document.
std::vector<Finding> validate(const Plan& plan);

// One question about the graph: is `ancestor` a transitive need of `job`?
struct NeedQuery {
    int job;
    int ancestor;
};

// The answers, in order. The graph must have no cycle. Sixty-four ancestors are followed at a time, over only
// the part of the graph between them and the jobs asked for.
std::vector<bool> areTransitiveNeeds(const Graph& graph, const std::vector<NeedQuery>& queries);

} // namespace cirque::plan
