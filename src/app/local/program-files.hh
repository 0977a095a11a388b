// SPDX-License-Identifier: Apache-2.0
// The files that belong to the program and lie beside it.
#pragma once

#include "base/result.hh"

#include <string>

namespace cirque::app {

// The path of the running program. Failure: /proc is missing.
Result<std::string> findSelf();

// The path of cirque-leader: beside the running program (a build folder), or ../libexec/cirque of it
// (installed). MissingTool when it is in neither place.
Result<std::string> findLeader();

// The path of cirque-agent, in the same way.
Result<std::string> findAgent();

} // namespace cirque::app
