// SPDX-License-Identifier: Apache-2.0
// A workflow's plan: kept from an earlier evaluation of the same tree with the same words, or evaluated, and
// then kept when it is certain that the same evaluation would give the same plan again.
#pragma once

#include "base/time.hh"
#include "frontend/workflow/load.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "plan/types.hh"
#include "workspace/fingerprint.hh"

#include <optional>
#include <string>
#include <vector>

namespace cirque::app {

struct KeepOptions {
    workspace::Tree tree;
    std::optional<workspace::Fingerprint> fingerprint; // of the tree; without it nothing is kept or found
    std::string stateDir;
    std::vector<std::string> words; // what else decides the evaluation, in an order that never changes
};

struct Evaluated {
    plan::Plan plan;
    bool cached = false;
    std::string notKept;     // why the next run has to evaluate again; empty: it need not
    std::string rootsFolder; // of what is kept: roots for what the plan's steps need; may be empty
};

// Failures and stop: those of frontend::loadWorkflow. An evaluation that fails is never kept.
io::Task<Result<Evaluated>> evaluate(frontend::WorkflowRequest request, KeepOptions options,
                                     io::StopToken stop);

} // namespace cirque::app
