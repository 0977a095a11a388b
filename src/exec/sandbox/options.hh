// SPDX-License-Identifier: Apache-2.0
// What a job says of its sandbox: the options of `executors.sandbox` ("sandbox options" in
// plan/executor-options.cc).
#pragma once

#include "base/json.hh"
#include "base/result.hh"
#include "exec/remote/mounts.hh"

#include <string_view>
#include <vector>

namespace cirque::exec {

struct SandboxOptions {
    bool network = false;   // shares this machine's network
    bool nixDaemon = false; // reaches the Nix daemon's socket
    std::vector<Mount> mounts;
};

// `tree`: relative sources of mounts lie below it. Failure: an option that there is not (InvalidPlan), or as
// mountsOf; a mount over what the sandbox itself puts there.
Result<SandboxOptions> parseSandboxOptions(const JsonObject& options, std::string_view tree);

} // namespace cirque::exec
