// SPDX-License-Identifier: Apache-2.0
// Looks at many files of a tree at once: their facts, and the sums of their bytes. Follows no symbolic link.
#pragma once

#include "base/result.hh"
#include "workspace/stat-cache.hh"

#include <atomic>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::workspace {

// The facts of each path (relative to the folder `root`, in order), with mode 0 for one that is not there. Of
// a folder only the kind. Failure: a file or folder that may not be looked at, by name. Ends early when
// `cancelled` rises. Blocks.
Result<std::vector<FileFacts>> lookAt(const std::string& root, std::span<const std::string_view> paths,
                                      const std::atomic<bool>& cancelled);

// Fills in `sum` of the files that `which` points to and refreshes their facts, so that both are of one
// moment; one that vanished gets mode 0. A link's sum is that of its target. Failure: an unreadable file, or
// one that changes each time it is read. Ends early when `cancelled` rises. Blocks.
Result<void> sumFiles(const std::string& root, std::span<KnownFile* const> which,
                      const std::atomic<bool>& cancelled);

} // namespace cirque::workspace
