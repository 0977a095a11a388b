// SPDX-License-Identifier: Apache-2.0
// Generated runs: a graph, what each attempt of each job does, and when the run is disturbed. The same seed
// gives the same run. Times are spread so widely that two things never fall on one instant by chance.
#pragma once

#include "base/outcome.hh"
#include "plan/types.hh"

#include <optional>
#include <vector>

namespace cirque::testing {

struct JobScript {
    std::vector<Millis> lasts;     // by attempt
    std::vector<Outcome> outcomes; // by attempt
    Millis linger{0};              // how long an attempt goes on after it was told to stop gracefully
};

struct RandomRun {
    plan::Plan plan;
    std::vector<JobScript> scripts; // by job
    bool failFast = false;
    std::optional<Millis> firstSignal;
    std::optional<Millis> secondSignal;
    Millis cleanupBudget{30000};
    int slots = 1000;
};

// `disturbed`: with cancels, fail-fast and deadlines.
RandomRun randomRun(unsigned seed, bool disturbed);

} // namespace cirque::testing
