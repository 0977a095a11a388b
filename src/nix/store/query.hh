// SPDX-License-Identifier: Apache-2.0
// A question to Nix that is answered with text and needs neither a log nor a build.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/command.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::nix {

// Runs a Nix program with the common options and returns what it printed. Failure: MissingTool, Process when
// it was killed or stopped, else what `infrastructureCode` says or Process, with Nix's own words after `what`
// ("cannot tell ..."). Stop: TERM, then KILL.
io::Task<Result<std::string>> ask(Variables environment, std::vector<std::string> argv, std::string what,
                                  io::StopToken stop);

// Nix's reason in what it wrote to stderr: from the last "error:" on, in one line; without colours.
std::string reasonIn(std::string_view errors, std::string_view program);

} // namespace cirque::nix
