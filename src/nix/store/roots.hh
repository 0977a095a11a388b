// SPDX-License-Identifier: Apache-2.0
// Keeps store paths from the garbage collector for longer than one run.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/command.hh"

#include <string>
#include <vector>

namespace cirque::nix {

// Makes an indirect root below `folder` (made when missing) for each of these valid paths: derivations
// (.drv), which are not built, and others. One call of Nix for each of the two kinds. Without paths nothing
// happens. Failure: Nix refused, for example because a path is gone; MissingTool. Stop: Nix is ended; code
// Process.
io::Task<Result<void>> addRoots(Variables environment, std::string folder, std::vector<std::string> paths,
                                io::StopToken stop);

} // namespace cirque::nix
