// SPDX-License-Identifier: Apache-2.0
// The RUN that show, logs and artifacts take.
#pragma once

#include "cli/command.hh"
#include "history/summary.hh"
#include "plan/types.hh"

#include <optional>

namespace cirque::cli {

// The run whose id begins with the first positional. Usage without one or with more than `most` positionals.
Result<history::RunSummary> namedRun(const Context& context, const Arguments& arguments,
                                     std::string_view command, std::size_t most);

// The same without reading the run: its id. `most` as above.
Result<RunId> namedRunId(const Context& context, const Arguments& arguments, std::string_view command,
                         std::size_t most);

// The plan that a run ran; nothing when it is gone or was written by another version. For what only adds to a
// page.
std::optional<plan::Plan> planOfRun(const Context& context, const RunId& run);

} // namespace cirque::cli
