// SPDX-License-Identifier: Apache-2.0
// A workflow file written in Nix becomes a checked plan.
#pragma once

#include "base/json.hh"
#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/eval/evaluate.hh"
#include "plan/types.hh"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::frontend {

// Where `pkgs` comes from. Auto: the locked nixpkgs when the tree has flake.nix and flake.lock with such an
// input, else the host set (programs of the place). Host and File also replace a `pkgs` that the file gives a
// default.
struct PackageSet {
    enum class Kind { Auto, Host, File };
    Kind kind = Kind::Auto;
    std::string file; // absolute; a .nix file or a folder with default.nix

    // The value of --pkgs: "host", or a file that is looked up below `folder`; "" is Auto.
    static PackageSet parse(std::string_view option, std::string_view folder);
};

struct WorkflowRequest {
    std::string file; // absolute
    std::string name; // of FILE#name; empty: the file must hold exactly one workflow
    PackageSet pkgs;
    std::vector<std::pair<std::string, std::string>> params; // --param name=value
    Json locks{};            // of the flake's inputs, in place of its lock file; null: the file
    std::string root;        // the tree's top folder: flake.nix and .git are looked for here
    std::string stateFolder; // the workflow library is kept below it
    std::string system;      // as Nix says it; empty: this machine's
    std::vector<std::pair<std::string, std::string>>
        environment;                             // the caller's; what reaches Nix is chosen in nix/
    std::function<void(std::string_view)> notes; // warnings and traces of the evaluation; may be empty
};

// Evaluates the file and checks what comes out. Nothing is written to the store unless the workflow refers to
// store paths. Jobs without a system get the request's. Failures: NotFound (no such file), Evaluation (with
// Nix's message), InvalidPlan (every problem with file:line:column, files of the tree relative to it),
// Unreachable, MissingTool, Process, and those of the file system. Stop: Nix is ended and the code is
// Process.
io::Task<Result<plan::Plan>> loadWorkflow(WorkflowRequest request, io::StopToken stop = {});

// The same in steps, for who may know the document already.
struct PreparedWorkflow {
    WorkflowRequest request; // paths settled
    nix::EvalRequest asked;  // `observer` may be filled in
    bool writes = false;     // from the first evaluation on
};

// The library is put in place. Failures: NotFound, those of the file system.
Result<PreparedWorkflow> prepareWorkflow(WorkflowRequest request);

// All that decides what the evaluation gives, except what the files say that it reads.
std::string describe(const PreparedWorkflow& prepared);

struct EvaluatedWorkflow {
    Json document;             // the raw plan document
    std::string notes;         // already told to the request's `notes`
    nix::Observation observed; // complete only with an observer
};

// Failures and stop: as loadWorkflow, except InvalidPlan.
io::Task<Result<EvaluatedWorkflow>> evaluateWorkflow(PreparedWorkflow prepared, io::StopToken stop = {});

// Failure: InvalidPlan.
Result<plan::Plan> readWorkflow(const PreparedWorkflow& prepared, const Json& document);

} // namespace cirque::frontend
