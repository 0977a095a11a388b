// SPDX-License-Identifier: Apache-2.0
// Looks at what this machine can do for Cirque, by trying. What a try makes lies in the state folder and is
// removed, but for one empty result in the Nix store, which its garbage collector takes.
#pragma once

#include "base/result.hh"
#include "config/environment.hh"
#include "config/settings.hh"
#include "doctor/finding.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <string>
#include <utility>
#include <vector>

namespace cirque::doctor {

struct Machine {
    config::Environment environment;
    config::Settings settings;
    Result<std::string> leader = std::string();        // what app/local found
    Result<std::string> privateFolder = std::string(); // what app/local could open
    std::vector<std::pair<std::string, Result<void>>>
        places{};             // what app/local tried: each kind, and why not
    bool hasTerminal = false; // standard output is one
};

// Never fails: what cannot be tried is a finding. Each program that is tried gets 20 s. Stop: ends what is
// under way; the findings so far come back.
io::Task<std::vector<Finding>> examine(Machine machine, io::StopToken stop = {});

} // namespace cirque::doctor
