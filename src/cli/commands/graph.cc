// SPDX-License-Identifier: Apache-2.0
#include "report/graph/graph.hh"

#include "base/text.hh"
#include "cli/commands.hh"
#include "cli/load.hh"
#include "cli/run-argument.hh"
#include "cli/terminal.hh"
#include "history/runs.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace cirque::cli {
namespace {

struct Format {
    std::string_view name;
    std::string (*draw)(const report::GraphView& graph, const report::GraphOptions& options);
};

constexpr std::array<Format, 4> formats{{
    {"tree", report::toTree},
    {"dot", [](const report::GraphView& graph, const report::GraphOptions&) { return report::toDot(graph); }},
    {"mermaid",
     [](const report::GraphView& graph, const report::GraphOptions&) { return report::toMermaid(graph); }},
    {"svg", [](const report::GraphView& graph, const report::GraphOptions&) { return report::toSvg(graph); }},
}};

Result<const Format*> requireFormat(const std::string& name) {
    const auto* found = std::ranges::find(formats, name, &Format::name);
    if (found == formats.end()) {
        return fail(ErrorCode::Usage, fmt::format("cirque graph: there is no format '{}'", name),
                    "the formats are tree, dot, mermaid and svg");
    }
    return &*found;
}

Result<int> draw(const Context& context, const Arguments& arguments, const report::GraphView& graph) {
    if (arguments.has("json")) {
        CIRQUE_TRY(print(toLine(report::toJson(graph)) + "\n"));
        return 0;
    }
    CIRQUE_TRY_ASSIGN(const Format* format, requireFormat(arguments.get("format", "tree")));
    CIRQUE_TRY(print(format->draw(graph, {pageWidth(), pageColour(context)})));
    return 0;
}

Result<int> graphOfRun(const Context& context, const Arguments& arguments) {
    if (!arguments.positionals().empty()) {
        return fail(ErrorCode::Usage, fmt::format("cirque graph: '{}' is one word too many beside --run",
                                                  arguments.positionals()[0]));
    }
    const std::string& stateDir = context.settings.stateDir;
    CIRQUE_TRY_ASSIGN(const RunId id, history::findRun(stateDir, arguments.get("run")));
    CIRQUE_TRY_ASSIGN(const history::RunSummary run, history::loadRun(stateDir, id));
    const std::optional<plan::Plan> planned = planOfRun(context, id);
    return draw(context, arguments, report::graphOf(run, planned ? &*planned : nullptr));
}

} // namespace

Result<int> graphCommand(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY(requireFormat(arguments.get("format", "tree"))); // before Nix takes its time
    if (arguments.has("run")) {
        return graphOfRun(context, arguments);
    }
    return withLoaded(context, arguments, [&](const Loaded& loaded) {
        return draw(context, arguments, report::graphOf(*loaded.plan, loaded.jobs));
    });
}

} // namespace cirque::cli
