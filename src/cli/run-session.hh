// SPDX-License-Identifier: Apache-2.0
// One run from the command line: loads, checks, runs and shows. What run and rerun share.
#pragma once

#include "app/local/request.hh"
#include "cli/command.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>

namespace cirque::cli {

// Adds to a request what makeRequest leaves open: plan, source, tree, selected jobs. Stop: ends soon.
using LoadRun =
    std::function<io::Task<Result<app::LocalRequest>>(app::LocalRequest request, io::StopToken stop)>;

// To the end; signals end the loading, then cancel the run. The exit status, or why the run could not begin.
// Blocks.
Result<int> runSession(const Context& context, const Arguments& arguments, app::LocalRequest request,
                       LoadRun load);

} // namespace cirque::cli
