// SPDX-License-Identifier: Apache-2.0
// What Cirque keeps on this machine, and what goes: runs beyond the limits, and what runs that died left
// behind.
#pragma once

#include "config/settings.hh"
#include "history/prune.hh"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::app {

struct Leftover {
    std::string_view what; // "work folder of a run that is gone"
    std::string path;
    std::int64_t bytes = 0;
};

struct GarbageOptions {
    history::RetentionLimits limits = {};
    bool all = false; // everything that can be made again or belongs to no run that runs
    bool dryRun = false;
};

struct Garbage { // what went, or with dryRun would go
    history::Pruned runs;
    std::vector<Leftover> leftovers;
    std::vector<std::string> problems; // what could not be removed, a sentence each

    [[nodiscard]] std::int64_t bytes() const;
};

history::RetentionLimits limitsOf(const config::Settings& settings);

// Error: the state folder could not be read. Never takes what a running run uses. Blocks.
Result<Garbage> collectGarbage(const config::Settings& settings, const GarbageOptions& options);

// After a run: its size is noted, and a few of the runs that the settings no longer keep go. Bounded: a few
// milliseconds when there is nothing to do, and never more than a handful of runs. What fails is left to the
// next time. Blocks.
void tidyAfterRun(const config::Settings& settings);

} // namespace cirque::app
