// SPDX-License-Identifier: Apache-2.0
// Puts saved files into a job's folder, whose content is not to be trusted.
#pragma once

#include "artifact/manifest.hh"
#include "base/result.hh"
#include "io/process/fd.hh"

#include <atomic>
#include <string>

namespace cirque::artifact {

// Copies what `manifest` names from the folder `from` to `path` (plain) below `jobFolder`. First everything
// is copied beside, verified and checked for obstacles, then renamed into place. Blocks.
Result<void> putBack(const Manifest& manifest, const std::string& from, const std::string& jobFolder,
                     const std::string& path, const std::atomic<bool>& cancelled);

// Opens a stored file below the folder `store` for reading. The store has no links on the way to a file, so
// none is followed. An empty descriptor: errno says why.
io::UniqueFd openStored(int store, const std::string& path);

} // namespace cirque::artifact
