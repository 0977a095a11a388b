// SPDX-License-Identifier: Apache-2.0
// How long the jobs of a workflow took lately.
#pragma once

#include "base/time.hh"

#include <string>
#include <unordered_map>

namespace cirque::history {

// For each job the median of its last ten successes among the newest runs of `workflow` in `tree`, as
// run.started names them. Looks at a bounded number of runs, and at none whose journal would take long to
// read; a state folder that cannot be read gives nothing. Blocks for some milliseconds.
std::unordered_map<std::string, Millis> loadExpected(const std::string& stateDir, const std::string& tree,
                                                     const std::string& workflow);

} // namespace cirque::history
