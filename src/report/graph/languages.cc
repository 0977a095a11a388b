// SPDX-License-Identifier: Apache-2.0
// The graph for programs that draw: DOT and Mermaid. Nodes are named by their number, so that no job's name
// can clash with a word of the language.
#include "report/graph/escape.hh"
#include "report/graph/graph.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace cirque::report {
namespace {

struct Colour {
    std::string_view outcome;
    std::string_view fill;
    std::string_view line;
};

// dark text reads well on each of them, on a light page as on a dark one
constexpr std::array<Colour, 8> colours{{
    {"succeeded", "#d3f0d9", "#2f8f46"},
    {"cached", "#d3ecf0", "#2f7f8f"},
    {"failed", "#f8d4d4", "#c03030"},
    {"infrastructure", "#f3d4f0", "#a03098"},
    {"tolerated", "#f8e6c8", "#b07818"},
    {"cancelled", "#f8efc8", "#a08a10"},
    {"interrupted", "#f8efc8", "#a08a10"},
    {"skipped", "#e4e4e8", "#84848c"},
}};

const Colour* colourFor(const GraphJob& job) {
    const auto found = std::ranges::find(colours, outcomeWord(job), &Colour::outcome);
    return found == colours.end() ? nullptr : &*found;
}

} // namespace

std::string toDot(const GraphView& graph) {
    std::string out =
        fmt::format("digraph {{\n  label=\"{}\";\n  labelloc=t;\n  rankdir=LR;\n  node [shape=box, "
                    "style=\"rounded,filled\", fillcolor=\"#eef2f7\", color=\"#5a6b80\"];\n  edge "
                    "[color=\"#7f8b99\"];\n",
                    dotText(graph.name));
    for (std::size_t i = 0; i < graph.jobs.size(); ++i) {
        const GraphJob& job = graph.jobs[i];
        fmt::format_to(std::back_inserter(out), "  n{} [label=\"{}\\n{}\"", i, dotText(job.name),
                       dotText(detailOf(job)));
        if (const Colour* colour = colourFor(job)) {
            fmt::format_to(std::back_inserter(out), ", fillcolor=\"{}\", color=\"{}\"", colour->fill,
                           colour->line);
        }
        out += "];\n";
    }
    for (std::size_t i = 0; i < graph.jobs.size(); ++i) {
        for (const int need : graph.jobs[i].needs) {
            fmt::format_to(std::back_inserter(out), "  n{} -> n{};\n", need, i);
        }
    }
    return out + "}\n";
}

std::string toMermaid(const GraphView& graph) {
    std::string out = "flowchart LR\n";
    for (std::size_t i = 0; i < graph.jobs.size(); ++i) {
        const GraphJob& job = graph.jobs[i];
        fmt::format_to(std::back_inserter(out), "  n{}[\"{}<br/>{}\"]\n", i, mermaidText(job.name),
                       mermaidText(detailOf(job)));
    }
    for (std::size_t i = 0; i < graph.jobs.size(); ++i) {
        for (const int need : graph.jobs[i].needs) {
            fmt::format_to(std::back_inserter(out), "  n{} --> n{}\n", need, i);
        }
    }
    for (const Colour& colour : colours) {
        std::string members;
        for (std::size_t i = 0; i < graph.jobs.size(); ++i) {
            if (colourFor(graph.jobs[i]) == &colour) {
                members += fmt::format("{}n{}", members.empty() ? "" : ",", i);
            }
        }
        if (!members.empty()) {
            fmt::format_to(std::back_inserter(out),
                           "  classDef {0} fill:{1},stroke:{2},color:#1c2128\n  class {3} {0}\n",
                           colour.outcome, colour.fill, colour.line, members);
        }
    }
    return out;
}

} // namespace cirque::report
