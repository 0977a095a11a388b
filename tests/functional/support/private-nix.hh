// SPDX-License-Identifier: Apache-2.0
// A Nix store, database and configuration of a project's own, whichever Nix is on PATH. So a newer Nix never
// changes the machine's database, tests do not share what they built, and all of it goes with the project.
#pragma once

#include "tests/functional/support/project.hh"

namespace cirque::test {

// Adds `settings` (lines of nix.conf) to what keeps Nix on this machine: no sandbox, no binary caches.
void usePrivateNix(Project& project, const std::string& settings = "build-users-group =\n");

} // namespace cirque::test
