// SPDX-License-Identifier: Apache-2.0
// What an explanation says about a service of a job: when it was up, how often it was started, how and during
// what it ended. Pure.
#pragma once

#include "history/timeline.hh"

#include <string>

namespace cirque::report {

// One sentence. `until`: how far the journal goes.
std::string serviceWords(const history::AttemptSpan& attempt, const history::ServiceSpan& service,
                         history::Micros until);

} // namespace cirque::report
