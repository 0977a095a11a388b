// SPDX-License-Identifier: Apache-2.0
// Folders beside others' in a shared folder (/nix/store) that hold a tree until it is whole (PutTree.entry).
#pragma once

#include "io/process/fd.hh"

#include <string>
#include <string_view>

namespace cirque::agent {

inline constexpr std::string_view halfMadePrefix = ".cirque-";

// While the descriptor is open, no sweep takes the folder. Blocks.
io::UniqueFd holdHalfMade(const std::string& path);

// Removes those below `parent` that this user's agents left when they were killed: nobody holds them, and
// nothing was put into them for an hour. What cannot be removed stays. Blocks.
void sweepHalfMade(const std::string& parent);

} // namespace cirque::agent
