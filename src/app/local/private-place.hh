// SPDX-License-Identifier: Apache-2.0
// Where scripts and secrets of jobs lie while they run.
#pragma once

#include "base/result.hh"
#include "config/settings.hh"

#include <string>

namespace cirque::app {

// The settings' folder, made when it is not there, once it is known to be private and in memory. Failure: Io,
// why not.
Result<std::string> openPrivatePlace(const config::Settings& settings);

} // namespace cirque::app
