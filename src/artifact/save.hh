// SPDX-License-Identifier: Apache-2.0
// Collects files that a job made. The job may be hostile and parts of it may still run.
#pragma once

#include "artifact/manifest.hh"
#include "artifact/store.hh"
#include "base/result.hh"

#include <atomic>
#include <string>
#include <vector>

namespace cirque::artifact {

struct Collected {
    Manifest manifest; // without a name
    std::vector<std::string> skipped;
};

// Copies `path` (plain) of the folder `jobFolder` to <into>/<path>. `asFolder`: a link at `path` is followed
// when it leads to a folder inside. Leaves a part behind on failure: `into` is the caller's to remove.
// Blocks.
Result<Collected> collect(const std::string& jobFolder, const std::string& path, bool asFolder,
                          const std::string& into, const Limits& limits, const std::atomic<bool>& cancelled);

} // namespace cirque::artifact
