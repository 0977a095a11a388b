// SPDX-License-Identifier: Apache-2.0
// Which front end reads a file, and the binding of parameters that all of them share.
#pragma once

#include "base/result.hh"
#include "config/environment.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "plan/types.hh"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cirque::app {

struct PlanRequest {
    std::string file;       // absolute
    std::string name;       // of FILE#name; may be empty
    bool isJson = false;    // a plan document instead of a workflow in Nix
    std::string folder;     // where the run happens: decides the tree
    std::string pkgs;       // of --pkgs; empty: chosen by the files present
    std::string pkgsFolder; // where a relative --pkgs is looked up
    std::vector<std::pair<std::string, std::string>> params;
    config::Environment environment;
    std::string stateDir;
    bool wantsTreeHash = false;                  // also for a plan document, which needs none to be read
    std::function<void(std::string_view)> notes; // warnings and traces of the evaluation; may be empty
};

struct LoadedPlan {
    std::shared_ptr<const plan::Plan> plan; // parameters bound, every job with a system
    std::string tree;                       // absolute
    std::string treeHash; // the tree's fingerprint; empty: not wanted, or it cannot be read as a whole
};

// Failures: those of the front end and Usage for parameters. Stop: as frontend::loadWorkflow.
io::Task<Result<LoadedPlan>> loadPlan(PlanRequest request, io::StopToken stop);

// This machine in Nix's words: "x86_64-linux".
std::string thisSystem();

} // namespace cirque::app
