// SPDX-License-Identifier: Apache-2.0
// A flake of the tree as something to run: its workflow's plan, or its attributes as jobs that still come.
#pragma once

#include "app/local/frontends.hh"
#include "workspace/tree.hh"

namespace cirque::app {

// `request.isFlake` holds. Failures: those of frontend::openFlake and loadFlakeWorkflow, and Usage for a tree
// without git.
io::Task<Result<LoadedPlan>> loadFlake(PlanRequest request, workspace::Tree tree, io::StopToken stop);

// The lock of the tree's flake with the overrides of `request`, for a workflow file that takes the flake's
// inputs. Failures: those of nix::lockFlake, and Usage for a tree without a flake or without git.
io::Task<Result<Json>> locksWithOverrides(PlanRequest request, workspace::Tree tree, io::StopToken stop);

// The environment with which Nix fetches nothing from the network: no substituters, and what was fetched
// before counts as fresh.
config::Environment offline(const config::Environment& environment);

} // namespace cirque::app
