// SPDX-License-Identifier: Apache-2.0
// Events as JSON lines, both ways.
#pragma once

#include "base/json.hh"
#include "event/types/event.hh"

#include <optional>
#include <string>
#include <string_view>

namespace cirque::event {

// One line without the newline. `type` names are dotted: run.started, jobs.added, plan.completed, job.queued,
// job.started, job.retrying, job.finished, provision.started, provision.finished, step.started,
// step.retrying, step.finished, log.progress, artifact.saved, artifact.restored, result.exported, notice,
// cancel.requested, run.finished.
std::string toLine(const Event& event);

// Appends the line and a newline to `out` without building a JSON value: the journal's hot path.
void appendLine(std::string& out, const Event& event);

// nullopt: a type this version does not know (readers skip it). Error Corrupt: not a record of an event.
Result<std::optional<Event>> parseEvent(std::string_view line);

// An outcome as a JSON object {kind, exit?, signal?, oom?, timeout?, skip?, message?, hint?}; used by --json
// too.
JsonObject toJson(const Outcome& outcome);
Result<Outcome> parseOutcome(const Json& json);

} // namespace cirque::event
