// SPDX-License-Identifier: Apache-2.0
// Makes store paths exist on this machine with stock Nix: substitutes or builds them. A failing build and a
// failing Nix are told apart.
#pragma once

#include "base/result.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/command.hh"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::nix {

struct Derivation {
    std::string drv;
    std::vector<std::string> outputs; // empty or "*": all
};

struct Wanted {
    std::vector<Derivation> derivations;
    std::vector<std::string> paths; // sources
};

struct BuiltPaths {
    bool cached = false;                                      // nothing had to be built or fetched
    std::vector<std::pair<std::string, std::string>> outputs; // "out" and so on -> store path
};

using LogSink = std::function<void(std::string_view)>;

// One per run: what it has realised once is not asked for again.
class Store {
  public:
    // `rootsFolder`: where indirect garbage collector roots are kept, so that nothing disappears while the
    // run needs it; the owner of the folder removes it. Several may share one. Empty: no roots.
    explicit Store(Variables environment, std::string rootsFolder = {});

    // Realises what is not yet known to be there, in one call of nix-store whose builders' output goes to
    // `log`. Failures: Build when a builder failed (the message is Nix's), MissingTool, Process when Nix was
    // killed, Unreachable, DiskFull or Permission when Nix says so. Stop: TERM to Nix, which ends its
    // builders, KILL after 5 s or at once when immediate; then an error with code Process. What another
    // call is realising is waited for first: a second nix-store would only poll for its lock.
    io::Task<Result<void>> realise(Wanted wanted, LogSink log, io::StopToken stop = {});

    // The same for one derivation, and where its outputs are.
    io::Task<Result<BuiltPaths>> build(Derivation derivation, LogSink log, io::StopToken stop = {});

  private:
    struct Called {
        std::string printed; // the realised paths, one on a line
        bool worked = false; // Nix built or fetched something
    };

    static std::vector<std::string> namesOf(const Wanted& wanted);
    std::vector<std::string> missing(const Wanted& wanted) const;
    static std::string rootName(const std::vector<std::string>& names);

    Variables environment_;
    std::string rootsFolder_;
    io::Task<Result<Called>> call(std::vector<std::string> names, LogSink log, io::StopToken stop);

    std::set<std::string> present_;
    std::set<std::string> underWay_;
    io::Signal ended_; // of any call
};

} // namespace cirque::nix
