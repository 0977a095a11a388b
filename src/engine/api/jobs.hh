// SPDX-License-Identifier: Apache-2.0
// Jobs as they enter a run: pending ones, and ones that have ended already.
#pragma once

#include "base/outcome.hh"
#include "event/types/event.hh"
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
// be evaluated). The job waits for its needs as any other, then has this outcome without an attempt; its
// results and artifacts are told as if it had run, so that a journal needs no other to be understood.
struct Settled {
    Outcome outcome;
    NamedValues results;
    std::string reusedFrom{};                      // the id of the run it comes from; may be empty
    std::vector<event::ArtifactSaved> artifacts{}; // which the run's store holds already
};

struct NewJob {
    JobPtr job;
    std::optional<Settled> settled{};
};

} // namespace cirque::engine
