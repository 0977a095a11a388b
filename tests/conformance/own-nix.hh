// SPDX-License-Identifier: Apache-2.0
// A Nix whose /nix is the project's own: store paths are those that any machine has, and no test sees
// another's.
#pragma once

#include "tests/functional/support/project.hh"

#include <string>
#include <vector>

namespace cirque::conformance {

void useOwnNix(test::Project& project);

// cirque WORDS in a mount namespace in which /nix is below the project's root.
test::Running startInOwnNix(const test::Project& project, const std::vector<std::string>& words);

} // namespace cirque::conformance
