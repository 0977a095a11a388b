// SPDX-License-Identifier: Apache-2.0
// The files a runner writes into a job's private folder.
#pragma once

#include "base/result.hh"

#include <string>
#include <string_view>

namespace cirque::agent {

// Makes `name` anew below the folder open as `folder` (mode 0600): what was there under that name is
// unlinked, never written through. Blocks.
Result<void> writePrivateFile(int folder, const std::string& name, std::string_view bytes);

} // namespace cirque::agent
