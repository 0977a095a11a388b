// SPDX-License-Identifier: Apache-2.0
// Makes a job's folder from a snapshot.
#pragma once

#include "base/result.hh"
#include "workspace/stored.hh"

#include <atomic>
#include <string>

namespace cirque::workspace {

// Fills the empty folder `dest`, which no other process uses yet. `moveBlobs`: large files are moved out of
// the snapshot, which must not be used again. Ends early when `cancelled` rises. Blocks.
Result<void> copyOut(const Stored& stored, const std::string& dest, bool moveBlobs,
                     const std::atomic<bool>& cancelled);

} // namespace cirque::workspace
