// SPDX-License-Identifier: Apache-2.0
// Removes runs that are no longer kept: never one that runs, nor one that a running one repeats. A removed
// run first gets a name that no command sees, so that a crash leaves no half of a run; what has such a name
// goes away next time. A folder without a first event is of a run that could not begin: it counts for no
// limit, and goes when it is older than a minute.
#pragma once

#include "base/result.hh"
#include "history/retention.hh"

#include <cstddef>
#include <string>
#include <vector>

namespace cirque::history {

struct PruneOptions {
    RetentionLimits limits;
    bool all = false;    // every run that may be removed, whatever the limits say
    bool dryRun = false; // only say which
    std::size_t mostRemoved = static_cast<std::size_t>(-1);
    std::size_t mostMeasured = static_cast<std::size_t>(-1);
};

struct Pruned {
    bool busy = false; // another process is at it: nothing was done
    std::vector<Expired> removed;
    std::size_t left =
        0; // runs that a limit speaks against, but were used or more than may be removed at once
    std::size_t inUse = 0;   // of those left: they run, or a running run repeats them
    std::size_t newborn = 0; // of those left: they may be about to begin
    std::vector<std::string> problems;
};

// Error: the runs could not be listed. Blocks, for as long as removing takes; it waits for nobody.
Result<Pruned> pruneRuns(const std::string& stateDir, const PruneOptions& options);

} // namespace cirque::history
