// SPDX-License-Identifier: Apache-2.0
#include "cli/run-argument.hh"

#include "history/runs.hh"

#include <fmt/format.h>

namespace cirque::cli {

Result<history::RunSummary> namedRun(const Context& context, const Arguments& arguments,
                                     std::string_view command, std::size_t most) {
    const std::vector<std::string>& words = arguments.positionals();
    if (words.empty()) {
        return fail(ErrorCode::Usage, fmt::format("cirque {}: which run?", command),
                    "name it by the beginning of its id; 'cirque runs' lists them");
    }
    if (words.size() > most) {
        return fail(ErrorCode::Usage,
                    fmt::format("cirque {}: '{}' is one word too many", command, words[most]));
    }
    CIRQUE_TRY_ASSIGN(const RunId id, history::findRun(context.settings.stateDir, words.front()));
    return history::loadRun(context.settings.stateDir, id);
}

} // namespace cirque::cli
