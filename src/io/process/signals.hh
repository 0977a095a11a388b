// SPDX-License-Identifier: Apache-2.0
// Signals as a task on the loop.
#pragma once

#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>
#include <vector>

namespace cirque::io {

// Calls `onSignal(number)` for each SIGINT, SIGTERM or SIGHUP until `stop` rises. Restores the former
// dispositions.
Task<> watchTermination(std::function<void(int)> onSignal, StopToken stop);

// Calls `onSignal(number)` for each of these signals until `stop` rises, then sets their default again. One
// that was ignored stays so.
Task<> watchSignals(std::vector<int> numbers, std::function<void(int)> onSignal, StopToken stop);

// True once one of these signals came while they were watched, even when the loop has not run since: for code
// that blocks the loop. Any thread.
[[nodiscard]] bool terminationRequested();

} // namespace cirque::io
