// SPDX-License-Identifier: Apache-2.0
// Reads a file that a step may have replaced by anything: never follows a link, never blocks on a FIFO or
// device, never reads more than it should.
#pragma once

#include "base/result.hh"

#include <optional>
#include <string>
#include <string_view>

namespace cirque::agent {

// The bytes of the regular file `name` (one component) below the folder open as `folder`; nullopt when there
// is none. `what` names it in errors: a link, FIFO, device, folder, or more than `limit` bytes. Does not
// block.
Result<std::optional<std::string>> readCollected(int folder, const std::string& name, std::size_t limit,
                                                 std::string_view what);

} // namespace cirque::agent
