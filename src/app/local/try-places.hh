// SPDX-License-Identifier: Apache-2.0
// Which kinds of places this machine can have, found out by trying each.
#pragma once

#include "base/result.hh"
#include "config/environment.hh"
#include "config/settings.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <string>
#include <utility>
#include <vector>

namespace cirque::app {

// Each kind that can be tried without a workflow, with why it does not work here. Leaves nothing behind.
io::Task<std::vector<std::pair<std::string, Result<void>>>>
tryPlaces(config::Settings settings, config::Environment environment, io::StopToken stop);

} // namespace cirque::app
