// SPDX-License-Identifier: Apache-2.0
// Finds and reads files of a job's folder by a pattern (glob.hh). The job may be hostile and parts of it may
// still run: nothing is opened but beneath the folder, no wildcard enters a symbolic link, and no FIFO or
// device is waited for.
#pragma once

#include "base/result.hh"

#include <cstdint>
#include <string>
#include <vector>

namespace cirque::artifact {

struct FileLimits {
    std::int64_t files = 0;     // that match
    std::int64_t fileBytes = 0; // of one
    std::int64_t bytes = 0;     // of all
};

struct FoundFile {
    std::string path;     // below the folder
    std::string identity; // changes when the file is written or replaced, not with its owner or mode
    bool operator==(const FoundFile&) const = default;
};

// The regular files that match, sorted by path; none is an empty list. A link that the pattern names, or that
// a wildcard matches, counts when it leads to a file inside the folder. Failure: the pattern is not plain
// (InvalidPlan), it leads out of the folder (Permission), it names something that is no file (Unsupported),
// more than `most` files or a million entries to look at (Unsupported), what the system said. Blocks.
Result<std::vector<FoundFile>> findFiles(const std::string& folder, const std::string& pattern,
                                         std::int64_t most);

// The bytes of one of them. Failure: as above, or it holds more than `limit` bytes (Unsupported). Blocks.
Result<std::string> readFound(const std::string& folder, const std::string& path, std::int64_t limit);

} // namespace cirque::artifact
