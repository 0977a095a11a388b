// SPDX-License-Identifier: Apache-2.0
// Opening folders of the user's tree without following a symbolic link out of it, or at all.
#pragma once

#include "io/process/fd.hh"

#include <string>

namespace cirque::workspace {

// The folder `path` ("" for the root itself) below the folder `root`, as a descriptor for the *at calls
// (O_PATH), by openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS. Empty with errno set on failure.
io::UniqueFd openFolderBeneath(int root, const std::string& path);

// Whether an errno means that what was listed is not there any more: gone, or a link or a file took its
// place.
bool hasVanished(int error);

} // namespace cirque::workspace
