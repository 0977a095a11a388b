// SPDX-License-Identifier: Apache-2.0
// Which runs had places of which kinds: STATE/places/<kind>.<run>, so that the next run removes what a run
// that was killed left at them, whatever kinds it has itself. All of it blocks.
#pragma once

#include "base/ids.hh"
#include "base/result.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::app {

struct PlaceMark {
    std::string kind;
    std::string path;
    std::string reach;  // as markPlaces had it
    bool rests = false; // what was left could not be removed within the last hour, which has been told
};

// Before the run's first place of the kind, while its folder below work/ is held. `reach`: what such a place
// is looked for with, one line; may be empty.
Result<void> markPlaces(const std::string& stateDir, std::string_view kind, const RunId& run,
                        std::string_view reach);

// Those of runs that are gone. None, also when they cannot be read.
std::vector<PlaceMark> marksOfDeadRuns(const std::string& stateDir);

// After what was left at places of their kind is gone.
void forgetMarks(const std::vector<PlaceMark>& marks);

// After something was left that cannot be removed now.
void restMarks(const std::vector<PlaceMark>& marks);

} // namespace cirque::app
