// SPDX-License-Identifier: Apache-2.0
// Runs a generated run on the run machine and admission alone, in simulated time, and checks as it goes:
// slots are never exceeded or leaked, no job starts before its needs have ended, each job ends exactly once,
// the run ends.
#pragma once

#include "tests/unit/engine/reference-scheduler.hh"

#include <string>
#include <vector>

namespace cirque::testing {

struct Simulated {
    ExpectedRun run;                 // in the reference's words
    std::vector<std::string> broken; // invariants that did not hold
};

Simulated simulate(const RandomRun& run);

} // namespace cirque::testing
