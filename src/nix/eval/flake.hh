// SPDX-License-Identifier: Apache-2.0
// A flake in a git tree, fetched once: its source in the store and the lock that holds for it. What is
// evaluated of it later sees exactly this, whatever happens to the tree meanwhile.
#pragma once

#include "base/json.hh"
#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/command.hh"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::nix {

struct FlakeRequest {
    std::string root;                                           // absolute: the top level of a git tree
    std::string folder;                                         // of flake.nix below it; empty: the top level
    std::vector<std::pair<std::string, std::string>> overrides; // input, flake reference
    Variables environment;                                      // the caller's
};

struct LockedFlake {
    std::string path;    // the tree in the store
    std::string narHash; // of it
    std::string folder;  // of flake.nix in it; may be empty
    JsonObject info;     // what `self` says about the tree
    Json locks;          // a lock file's content, overrides included
};

// The tree as git sees it: tracked files with their present content, never ignored or untracked ones. The
// lock file is never changed. Failures: Evaluation when Nix refuses the flake (the lock does not cover its
// inputs, flake.nix is not tracked), with what to do; Unreachable, MissingTool, Process, and those of the
// file system. Stop: Nix is ended and the code is Process.
io::Task<Result<LockedFlake>> lockFlake(FlakeRequest request, io::StopToken stop);

// "git+file:///tree?dir=sub", characters of the path escaped as in any URL. Pure.
std::string flakeReference(std::string_view root, std::string_view folder);

// Whether each overridden input (a name, or names joined by '/') is one of the lock's. Nix only warns of
// others, and then nothing is replaced. Pure. Failure: Usage, with the inputs there are.
Result<void> checkOverrides(const LockedFlake& flake,
                            const std::vector<std::pair<std::string, std::string>>& overrides);

// The output of `nix flake metadata --json`. Pure. Failure: Process, when Nix's answer is not what it is
// known to be.
Result<LockedFlake> readMetadata(std::string_view text, std::string folder);

} // namespace cirque::nix
