// SPDX-License-Identifier: Apache-2.0
// What the journal of every run that ended by itself has, whatever the run is about.
#pragma once

#include "base/json.hh"

#include <vector>

namespace cirque::conformance {

// Numbers without gaps; one end for each job that was added and for each step that began; the run's end last,
// with the exit status that cirque had.
void checkJournal(const std::vector<JsonObject>& events, int status);

} // namespace cirque::conformance
