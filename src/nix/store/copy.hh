// SPDX-License-Identifier: Apache-2.0
// Copies store paths to another store, of a place that has Nix, with stock Nix: only what is not there.
#pragma once

#include "base/result.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/closure.hh"
#include "nix/store/command.hh"
#include "nix/store/watch.hh"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cirque::nix {

struct CopyTarget {
    std::string store;        // "ssh://HOST", "ssh-ng://HOST?remote-store=...", "file:///..."
    std::string sshOptions{}; // for ssh (NIX_SSHOPTS, split at spaces); empty: the caller's
    std::string place{};      // its name for people; empty: the store
};

// One per run. What it has copied to a store once is not copied again, and of what is under way only the end
// is waited for.
class Copier {
  public:
    explicit Copier(Variables environment) : environment_(std::move(environment)) {}

    // The other store takes the paths without signatures: it has to trust the user that comes. `watch` is
    // told paths and bytes as of a fetch. Failure: DiskFull (there or here), Permission, Unreachable,
    // MissingTool, Process, with Nix's own words. Stop: TERM to Nix, KILL after 5 s or at once when
    // immediate; then Process.
    io::Task<Result<void>> copyTo(CopyTarget target, ClosurePtr closure, Watch watch, io::StopToken stop);

    // The store may have lost what it was given (a garbage collection there): copy all anew.
    void forget(const std::string& store);

  private:
    struct Known {
        std::set<std::string> there;
        std::set<std::string> busy;
    };

    io::Task<Result<void>> copy(CopyTarget target, ClosurePtr closure, Watch watch, io::StopToken stop);

    Variables environment_;
    std::map<std::pair<std::string, std::string>, Known> known_; // by store and the way there
    io::Signal ended_;
};

// To be run at a place with Nix: makes a garbage collector root below `folder` (which is there) of each of
// these paths, which keeps all they refer to as well. It fails when one has gone meanwhile: copy again, then.
std::vector<std::string> rootCommand(const std::string& folder, const std::vector<std::string>& paths);

} // namespace cirque::nix
