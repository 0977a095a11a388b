// SPDX-License-Identifier: Apache-2.0
// Reads the listed files of the user's tree into a snapshot. The tree is only ever read, and no symbolic link
// in it is followed: every folder is opened with openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS), every file
// with O_NOFOLLOW.
#pragma once

#include "base/result.hh"
#include "workspace/file-list.hh"
#include "workspace/stored.hh"

#include <atomic>
#include <string>
#include <vector>

namespace cirque::workspace {

// Adds what `list` names to `stored`. Returns the listed paths that turned out to be folders: repositories
// within the tree. A file that vanished is left out, one that may not be read is an error that names it. Ends
// early when `cancelled` rises. Blocks.
Result<std::vector<std::string>> copyIn(const std::string& root, FileList list, Stored& stored,
                                        const std::atomic<bool>& cancelled);

} // namespace cirque::workspace
