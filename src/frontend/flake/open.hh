// SPDX-License-Identifier: Apache-2.0
// From a flake in a git tree to what is wanted of it: a workflow that its author wrote, or attributes to
// build.
#pragma once

#include "frontend/flake/attributes.hh"
#include "nix/eval/flake.hh"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::frontend {

struct FlakeTarget {
    nix::FlakeRequest flake;
    std::string system;              // of what is evaluated, as Nix says it
    std::vector<std::string> wanted; // what stands after '#', each; empty: what the flake offers by itself
    EvaluatorLimits limits;
    std::function<void(std::string_view)> notes; // warnings and traces of the listing; may be empty
};

struct OpenedFlake {
    std::shared_ptr<const nix::LockedFlake> flake;
    std::optional<AttributePath> workflow;   // then there are no attributes
    std::vector<ListedAttribute> attributes; // at least one when there is no workflow
};

// Fetches the tree into the store and lists names; nothing is instantiated. Failures: those of lockFlake,
// Evaluation when the flake as a whole cannot be evaluated, NotFound for names that match nothing, Usage for
// several workflows without a name, and for a flake that offers nothing. Stop: Nix is ended and the code is
// Process.
io::Task<Result<OpenedFlake>> openFlake(FlakeTarget target, io::StopToken stop);

// The workflow of an opened flake as a checked plan, jobs without a system for `system`. Failures as those of
// loadWorkflow.
io::Task<Result<plan::Plan>> loadFlakeWorkflow(FlakeTarget target, OpenedFlake opened, io::StopToken stop);

} // namespace cirque::frontend
