// SPDX-License-Identifier: Apache-2.0
// Handles of jobs as they are journaled: a JSON object of absolute paths and names.
#pragma once

#include "base/result.hh"

#include <string>
#include <string_view>

namespace cirque::exec {

// The text under `key`. Failure (Corrupt): there is none.
Result<std::string> textOfHandle(std::string_view handle, std::string_view key);

// "folder": an absolute path.
Result<std::string> folderOfHandle(std::string_view handle);

} // namespace cirque::exec
