// SPDX-License-Identifier: Apache-2.0
// The RUN that show, logs and artifacts take.
#pragma once

#include "cli/command.hh"
#include "history/summary.hh"

namespace cirque::cli {

// The run whose id begins with the first positional. Usage without one or with more than `most` positionals.
Result<history::RunSummary> namedRun(const Context& context, const Arguments& arguments,
                                     std::string_view command, std::size_t most);

} // namespace cirque::cli
