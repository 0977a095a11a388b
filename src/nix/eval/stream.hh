// SPDX-License-Identifier: Apache-2.0
// One nix-instantiate in pure mode whose stderr is read line by line while it works.
#pragma once

#include "base/result.hh"
#include "io/process/process.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/command.hh"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cirque::nix {

struct StreamRequest {
    std::string expression;
    std::int64_t memory = 0; // bytes its heap may have; 0: no limit
    Variables environment;   // the caller's
};

struct StreamEnd {
    io::ExitStatus status;
    std::string text; // the lines that `take` left: the first and the last MiB of them
};

// Evaluates with .drv files written to the store. `take` gets each line of stderr without its line break, and
// says whether it was meant for it. An evaluation that fails or dies is not an error here: see `status`.
// Failure: Nix could not be started (MissingTool, Process). Stop: TERM to Nix, KILL 2 s later or at once when
// immediate; ends when Nix has.
io::Task<Result<StreamEnd>> evaluateStream(StreamRequest request, std::function<bool(std::string_view)> take,
                                           io::StopToken stop);

} // namespace cirque::nix
