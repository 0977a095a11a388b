// SPDX-License-Identifier: Apache-2.0
// How much a folder takes on the disk.
#pragma once

#include <cstdint>
#include <string>

namespace cirque::io {

// Bytes that the blocks of `path` and all below it take; links are not followed. What cannot be read counts
// as nothing, and so does what is missing. Blocks.
std::int64_t treeSize(const std::string& path);

} // namespace cirque::io
