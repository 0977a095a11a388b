// SPDX-License-Identifier: Apache-2.0
// What run and rerun take from the command line alike.
#pragma once

#include "app/local/request.hh"
#include "cli/command.hh"

namespace cirque::cli {

// Everything but the plan, the tree, the selected jobs and the run's id. Blocks for small files. Failure:
// Usage, and NotFound for files that are named.
Result<app::LocalRequest> makeRequest(const Context& context, const Arguments& arguments);

} // namespace cirque::cli
