// SPDX-License-Identifier: Apache-2.0
// Plan documents in and out. Pure: no files, no Nix.
#pragma once

#include "plan/types.hh"

#include <functional>
#include <span>

namespace cirque::plan {

// One thing wrong with a document, and where.
struct Problem {
    std::string path;     // "jobs.test.steps[0].run"
    std::string position; // "ci.nix:12:7" when known, else ""
    std::string message;  // one sentence
    std::string hint;     // may be empty
};

// "ci.nix:12:7: jobs.test: unknown key 'need' (did you mean 'needs'?)", one a line.
std::string describe(std::span<const Problem> problems);

struct Parsed {
    Plan plan;                     // meaningful only without problems
    std::vector<Problem> problems; // every schema and graph problem, in document order
};

// Reads a document of schema version 1 and checks all of it: keys, types, names, durations, then the graph
// (plan/validate.hh). Short forms are accepted (a condition as a string, an output as its path).
// Objects may carry "@pos": {key: "file:line:column"}, which feeds Problem::position and is otherwise
// ignored; a key's own object falls back to its parent's entry.
Parsed parsePlan(const Json& document);

// parseJson + parsePlan as one Result; the error lists every problem. `what` names the document.
Result<Plan> parsePlanText(std::string_view text, std::string_view what);

// The canonical document: short forms expanded, defaults left out, durations as integer seconds when whole,
// else strings ("1500ms"). parsePlan(toJson(p)).plan == p for every valid plan.
Json toJson(const Plan& plan);

} // namespace cirque::plan
