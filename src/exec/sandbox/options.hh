// SPDX-License-Identifier: Apache-2.0
// What a job says of its sandbox: the options of `executors.sandbox`.
#pragma once

#include "base/json.hh"
#include "base/result.hh"

#include <string>
#include <vector>

namespace cirque::exec {

struct SandboxMount {
    std::string source; // on this machine; a relative one lies below the job's folder
    std::string target; // inside, absolute
    bool write = false;

    bool operator==(const SandboxMount&) const = default;
};

struct SandboxOptions {
    bool network = false;   // shares this machine's network
    bool nixDaemon = false; // reaches the Nix daemon's socket
    std::vector<SandboxMount> mounts;
};

// Failure (InvalidPlan): an option that there is not, or one that says nothing usable, by its name. Pure.
Result<SandboxOptions> parseSandboxOptions(const JsonObject& options);

} // namespace cirque::exec
