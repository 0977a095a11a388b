// SPDX-License-Identifier: Apache-2.0
// What `--keep` leaves of a run's jobs, and where. Pure.
#pragma once

#include "plan/types.hh"

#include <string>

namespace cirque::app {

// One sentence for a person; places of one kind keep their jobs' folders together. `workFolder`: of the run.
std::string whereKept(const plan::Plan& plan, const std::string& workFolder);

} // namespace cirque::app
