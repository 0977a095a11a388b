// SPDX-License-Identifier: Apache-2.0
// Keeps the roots of a kept evaluation in place while a run stands on them: a shared lock (flock) on the
// folder itself, which the kernel drops when the process ends. All functions block for a moment at most,
// removing aside.
#pragma once

#include "base/result.hh"
#include "io/process/fd.hh"

#include <string>

namespace cirque::app {

// Makes the folder when it is missing; held until the descriptor is closed. Failure: code of the system's
// error; nothing is held then.
Result<io::UniqueFd> holdRoots(const std::string& folder);

// Whether some process holds them.
bool areRootsHeld(const std::string& folder);

// Removes the folder unless some process holds it; false: it is held. Failure: part of it remains.
Result<bool> removeRoots(const std::string& folder);

} // namespace cirque::app
