// SPDX-License-Identifier: Apache-2.0
// `cirque run --watch`: a run, and another each time the tree has changed, until a signal.
#pragma once

#include "cli/run-session.hh"

namespace cirque::cli {

// A change while a run runs cancels that run first. What cannot be loaded is told, and the next change tried.
// The exit status is that of the signal. Blocks. Failure: the command line is wrong, or the tree cannot be
// watched.
Result<int> watchSession(const Context& context, const Arguments& arguments, const LoadRun& load);

} // namespace cirque::cli
