// SPDX-License-Identifier: Apache-2.0
// Which jobs of the plan a run may start: what only others need is no reason to refuse it.
#pragma once

#include "app/local/request.hh"

#include <set>
#include <string>

namespace cirque::app {

// Names of the jobs that were asked for and of those they need, without what is settled. All, when one that
// was asked for is not in the plan yet.
std::set<std::string> askedJobs(const LocalRequest& request);

} // namespace cirque::app
