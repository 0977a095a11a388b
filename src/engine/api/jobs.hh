// SPDX-License-Identifier: Apache-2.0
// Jobs as they enter a run: pending ones, and ones that have ended already.
#pragma once

#include "base/outcome.hh"
#include "plan/types.hh"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cirque::engine {

using JobPtr = std::shared_ptr<const plan::Job>;
using NamedValues = std::vector<std::pair<std::string, std::string>>;

// How a job has ended already: another run settled it, or there is nothing to run (an attribute that cannot
// be evaluated). The job waits for its needs as any other, then has this outcome without an attempt.
struct Settled {
    Outcome outcome;
    NamedValues results;
    std::string reusedFrom{}; // the id of the run it comes from; may be empty
};

struct NewJob {
    JobPtr job;
    std::optional<Settled> settled{};
};

} // namespace cirque::engine
