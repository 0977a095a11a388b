// SPDX-License-Identifier: Apache-2.0
// One `nix-store --realise` (or another Nix program that logs), from its start to its end: what it is told,
// what it says, what its end means.
// Who wants what, and what is shared, is the Store's business.
#pragma once

#include "base/result.hh"
#include "io/process/process.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/log/failures.hh"
#include "nix/store/command.hh"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::nix {

struct CallOptions {
    Variables environment;          // the caller's
    std::vector<std::string> names; // DRV!OUTPUT, DRV or store paths
    std::string root;               // an indirect garbage collector root to make of them; empty: none
    bool keepGoing = false;         // one failing build does not end the others
    int cores = 0;                  // for one build; 0: as Nix is configured
};

class CallListener {
  public:
    virtual ~CallListener() = default;
    virtual void event(const LogEvent& event, const Counts& counts) = 0;
    // All that Nix has said so far was told, or a quarter of a second has passed.
    virtual void pause(const Counts& counts) = 0;
};

struct CallEnd {
    io::ExitStatus status;
    std::vector<std::string> paths; // what was realised, in the order of the names, without the roots
    Failures failures;
    bool worked = false; // something was built or fetched, or the attempt was made
    bool told = false;   // what it did; else it may have done anything
    bool stopped = false;

    // Success, or why not: Build when builders failed (the message names the derivations, `wanted` is what
    // was asked for), Process when Nix was killed or stopped, Unreachable, DiskFull or Permission when Nix
    // says so.
    [[nodiscard]] Result<void> verdict(std::string_view wanted) const;
};

// Builds one derivation at a time. Failure: MissingTool or Process when nix-store cannot be started; all else
// is in CallEnd. Stop: TERM to Nix, which ends its builders, KILL after 5 s or at once when immediate.
io::Task<Result<CallEnd>> callRealise(CallOptions options, std::shared_ptr<CallListener> listener,
                                      io::StopToken stop);

// The same of any Nix program whose log is records (argv ends with "--log-format internal-json" and what
// follows); `paths` are the lines it printed.
io::Task<Result<CallEnd>> callWithLog(std::vector<std::string> argv, Variables environment,
                                      std::shared_ptr<CallListener> listener, io::StopToken stop);

} // namespace cirque::nix
