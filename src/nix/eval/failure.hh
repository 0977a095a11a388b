// SPDX-License-Identifier: Apache-2.0
// What a failed evaluation says, as an Error. Pure.
#pragma once

#include "base/result.hh"

#include <cstddef>
#include <string>
#include <string_view>

namespace cirque::nix {

// From all that Nix wrote to stderr: its message without places in `library`; the code is Evaluation, or
// Unreachable, DiskFull or Permission when that is what Nix met.
Error evaluationError(std::string_view text, std::string_view library);

// Whether Nix ended because its heap may not grow any more. A workflow that throws these words does not
// count.
bool ranOutOfMemory(std::string_view text);

} // namespace cirque::nix
