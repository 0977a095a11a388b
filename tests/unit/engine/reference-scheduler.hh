// SPDX-License-Identifier: Apache-2.0
// What docs/contracts.md says must come of a run, worked out the naive way: by definition, job by job, with
// walks over all ancestors. Shares nothing with the engine. Assumes a slot for everyone.
#pragma once

#include "tests/unit/engine/random-run.hh"

#include <string>
#include <vector>

namespace cirque::testing {

struct Expected {
    OutcomeKind kind = OutcomeKind::Succeeded;
    SkipReason skip = SkipReason::None;
    bool timeout = false;
    bool tolerated = false;
    Millis end{0};

    [[nodiscard]] std::string text() const;
};

struct ExpectedRun {
    std::vector<Expected> jobs;
    int exitStatus = 0;
};

ExpectedRun expectedRun(const RandomRun& run);

} // namespace cirque::testing
