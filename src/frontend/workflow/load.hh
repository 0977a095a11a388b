// SPDX-License-Identifier: Apache-2.0
// A workflow file written in Nix becomes a checked plan.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
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

} // namespace cirque::frontend
