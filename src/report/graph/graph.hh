// SPDX-License-Identifier: Apache-2.0
// The graph of a plan or of a run, as a person looks at it, in four forms. Everything here is pure. Names are
// any text: each form escapes them by its own rules.
#pragma once

#include "base/json.hh"
#include "base/result.hh"
#include "history/summary.hh"
#include "plan/types.hh"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::report {

struct GraphJob {
    std::string name;
    std::vector<int> needs; // places in GraphView::jobs
    std::size_t steps = 0;
    std::size_t services = 0;
    std::string condition;  // in words; empty: it runs when its needs succeeded
    std::string matrix;     // the axes it has, or the values it stands for; empty: none
    bool tolerated = false; // its failure is (or would be) accepted
    std::optional<Outcome> outcome;
    Millis duration{0};
};

struct GraphView {
    std::string name;           // of the workflow
    std::optional<RunId> run;   // the outcomes are those of this run
    std::vector<GraphJob> jobs; // in the plan's order
};

// What would run. With `chosen`, those jobs and what they need, directly or not.
GraphView graphOf(const plan::Plan& plan, std::span<const std::string> chosen = {});

// What ran. The run names the jobs, also those that a matrix made while it ran; conditions come from its
// plan, when that could be read.
GraphView graphOf(const history::RunSummary& run, const plan::Plan* plan);

struct GraphOptions {
    std::size_t width = 100; // columns of the tree
    bool colour = false;     // of the tree
};

// From the first jobs to the last: below each job those that wait for it. A job that several jobs lead to is
// told in full once; elsewhere it carries a mark.
std::string toTree(const GraphView& graph, const GraphOptions& options);
// Graphviz's language. https://graphviz.org/doc/info/lang.html
std::string toDot(const GraphView& graph);
// Mermaid's flowchart. https://mermaid.js.org/syntax/flowchart.html
std::string toMermaid(const GraphView& graph);
// SVG 1.1, drawn here, for light and dark pages.
std::string toSvg(const GraphView& graph);
// {"version": 1, "name", "run", "jobs": [...]} (docs/reference/json.md).
JsonObject toJson(const GraphView& graph);

// What one job says of itself beside its name: "2 steps, 1 service, if failure()".
std::string detailOf(const GraphJob& job);

// The word of a job's outcome, "" when the graph is of a plan.
std::string_view outcomeWord(const GraphJob& job);

} // namespace cirque::report
