// SPDX-License-Identifier: Apache-2.0
// Which front end reads a file, and the binding of parameters that all of them share.
#pragma once

#include "base/result.hh"
#include "config/environment.hh"
#include "event/types/event.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "plan/types.hh"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cirque::app {

struct PlanRequest {
    std::string file;     // absolute
    std::string name;     // of FILE#name; may be empty
    bool isJson = false;  // a plan document instead of a workflow in Nix
    bool isFlake = false; // the flake of `folder`; `file`, if any, is a workflow to fall back on
    std::vector<std::string> attributes; // of the flake: what stands after '#', each
    std::vector<std::string> jobs;       // named without '#': of the flake's workflow, else attributes
    std::vector<std::pair<std::string, std::string>> inputOverrides; // --override-input: input, reference
    std::string system;                                              // of --system; empty: this machine's
    std::int64_t evalMemory = 0; // bytes an evaluator's heap may have; 0: chosen from what is free
    std::string folder;          // where the run happens: decides the tree
    std::string pkgs;            // of --pkgs; empty: chosen by the files present
    std::string pkgsFolder;      // where a relative --pkgs is looked up
    std::vector<std::pair<std::string, std::string>> params;
    config::Environment environment;
    std::string stateDir;
    bool useEvalCache = true;
    bool wantsTreeHash = false;                  // also for a plan document, which needs none to be read
    std::function<void(std::string_view)> notes; // warnings and traces of the evaluation; may be empty
};

class FlakeJobs;

struct LoadedPlan {
    std::shared_ptr<const plan::Plan> plan; // parameters bound, every job with a system
    std::string tree;                       // absolute
    std::string treeHash; // the tree's fingerprint; empty: not wanted, or it cannot be read as a whole
    std::shared_ptr<FlakeJobs> more{};                     // jobs that still come; the plan has none then
    std::optional<event::EvaluationFinished> evaluation{}; // of a workflow in Nix
    std::string notKept{};     // why its evaluation was not kept for the next time; empty: it was
    std::string rootsFolder{}; // where roots of what the plan needs outlive the run; may be empty
};

// Failures: those of the front end and Usage for parameters. Stop: as frontend::loadWorkflow.
io::Task<Result<LoadedPlan>> loadPlan(PlanRequest request, io::StopToken stop);

} // namespace cirque::app
