// SPDX-License-Identifier: Apache-2.0
// This program as the one that runs Nix and writes down which files it looks at (nix/observe).
#pragma once

#include "base/result.hh"

#include <string>
#include <vector>

namespace cirque::app {

// The command that nobody types: `cirque __observe FD PROGRAM ARGUMENT...`.
inline constexpr const char* observeCommand = "__observe";

// Runs what stands behind that word and returns its exit status. Failure: Usage. Blocks.
Result<int> observe(const std::vector<std::string>& words);

// The words to put before a program, so that it is observed; empty when this program cannot be found.
std::vector<std::string> observerWords();

} // namespace cirque::app
