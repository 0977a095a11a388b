// SPDX-License-Identifier: Apache-2.0
// Lists a folder that git does not know: everything in it, minus what its .gitignore files name.
#pragma once

#include "base/result.hh"
#include "workspace/file-list.hh"

#include <atomic>
#include <string>

namespace cirque::workspace {

// Follows no symbolic link. A folder that vanishes meanwhile is left out; one that may not be read is an
// error that names it. More than `most` files: an error with code Unsupported. Ends early when `cancelled`
// rises. Blocks.
Result<FileList> walkFolder(const std::string& root, const std::atomic<bool>& cancelled,
                            std::size_t most = static_cast<std::size_t>(-1));

} // namespace cirque::workspace
