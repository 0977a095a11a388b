// SPDX-License-Identifier: Apache-2.0
// Why one job of a run did what it did: ran, waited, was skipped, was cached. In sentences and as data. Pure.
#pragma once

#include "base/json.hh"
#include "base/result.hh"
#include "history/timeline.hh"
#include "plan/types.hh"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::report {

enum class Stage { Waiting, Queued, Running, Ended }; // Waiting: for what it needs

std::string_view toString(Stage stage);

struct Explanation {
    RunId run;
    std::string job;
    Stage stage = Stage::Waiting;
    std::optional<Outcome> outcome;
    std::string condition;       // in words; "success()" when it has none; empty: the plan could not be read
    std::optional<bool> allowed; // what came of the condition; nothing: it was not decided
    std::vector<std::string> path; // from the job over what it needs to the one that decided; empty: none did
    std::string lastNeed;          // the need that ended last
    Millis waitedForNeeds{0};      // from when the job was known until the last need had ended
    Millis waitedForSlot{0};       // over all attempts
    Millis waitedForServices{0};   // until they were up, over all attempts
    Millis paused{0};              // between tries and attempts
    std::string reusedFrom;
    std::vector<std::string> sentences;
};

// `plan` may be missing: then nothing is said about conditions. NotFound, with the nearest name, when the run
// has no such job.
Result<Explanation> explain(const history::Timeline& timeline, const plan::Plan* plan, std::string_view job);

// {"version": 1, "run", "job", "stage", ...} (docs/reference/json.md).
JsonObject toJson(const Explanation& explanation);

} // namespace cirque::report
