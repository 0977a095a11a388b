// SPDX-License-Identifier: Apache-2.0
#include "app/local/private-place.hh"

#include "agent/run-folder.hh"

#include <array>

namespace cirque::app {

Result<std::string> openPrivatePlace(const config::Settings& settings) {
    const std::array<std::string, 1> candidates{settings.privateRoot};
    return agent::openPrivateRoot(candidates);
}

} // namespace cirque::app
