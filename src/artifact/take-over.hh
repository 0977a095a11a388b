// SPDX-License-Identifier: Apache-2.0
// Moves the stored files of an artifact from one store to another on the same machine, without trusting
// either.
#pragma once

#include "artifact/manifest.hh"
#include "base/result.hh"

#include <atomic>
#include <string>

namespace cirque::artifact {

// Makes the entries of `manifest` below the empty folder `into` from the stored ones below the open folder
// `from`: files become hard links of what was read and found right, or copies where the filesystem has no
// such links. Failure: Corrupt (a file is missing or not what was saved), DiskFull, Io; what was made stays,
// it is the caller's to remove. Blocks.
Result<void> linkEntries(const Manifest& manifest, int from, const std::string& into,
                         const std::atomic<bool>& cancelled);

} // namespace cirque::artifact
