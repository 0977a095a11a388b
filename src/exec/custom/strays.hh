// SPDX-License-Identifier: Apache-2.0
// Scripts that went on when the cirque that had started them was killed.
#pragma once

#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <string>

namespace cirque::exec {

// Kills every process that a script of the place has started, known by CIRQUE_PLACE in its environment, until
// none is left, for at most 3 s. False: some are.
io::Task<bool> endScripts(std::string place, io::StopToken stop);

} // namespace cirque::exec
