// SPDX-License-Identifier: Apache-2.0
// The JSON of `show --timeline` (docs/reference/json.md). Pure.
#pragma once

#include "base/json.hh"
#include "history/timeline.hh"

namespace cirque::history {

// {"version": 1, "timeline": {...}}; moments are milliseconds from the run's start.
JsonObject timelineToJson(const Timeline& timeline);

} // namespace cirque::history
