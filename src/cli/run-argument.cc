// SPDX-License-Identifier: Apache-2.0
#include "cli/run-argument.hh"

#include "history/layout.hh"
#include "history/runs.hh"
#include "io/process/fd.hh"
#include "plan/parse.hh"

#include <fmt/format.h>

namespace cirque::cli {

Result<RunId> namedRunId(const Context& context, const Arguments& arguments, std::string_view command,
                         std::size_t most) {
    const std::vector<std::string>& words = arguments.positionals();
    if (words.empty()) {
        return fail(ErrorCode::Usage, fmt::format("cirque {}: which run?", command),
                    "name it by the beginning of its id; 'cirque runs' lists them");
    }
    if (words.size() > most) {
        return fail(ErrorCode::Usage,
                    fmt::format("cirque {}: '{}' is one word too many", command, words[most]));
    }
    return history::findRun(context.settings.stateDir, words.front());
}

Result<history::RunSummary> namedRun(const Context& context, const Arguments& arguments,
                                     std::string_view command, std::size_t most) {
    CIRQUE_TRY_ASSIGN(const RunId id, namedRunId(context, arguments, command, most));
    return history::loadRun(context.settings.stateDir, id);
}

std::optional<plan::Plan> planOfRun(const Context& context, const RunId& run) {
    const auto text = io::readFile(history::runFolder(context.settings.stateDir, run).plan());
    if (!text) {
        return std::nullopt;
    }
    auto plan = plan::parsePlanText(*text, "the run's plan");
    return plan ? std::optional(std::move(*plan)) : std::nullopt;
}

} // namespace cirque::cli
