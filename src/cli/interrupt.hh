// SPDX-License-Identifier: Apache-2.0
// A command that waits: runs it on the loop while SIGINT and SIGTERM are turned into what the command wants.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>

namespace cirque::cli {

// Runs `work` to its end on a loop of its own. `onSignal` gets each SIGINT, SIGTERM or SIGHUP. Blocks.
void runInterruptible(std::function<io::Task<>()> work, std::function<void(int)> onSignal);

} // namespace cirque::cli
