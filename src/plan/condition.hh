// SPDX-License-Identifier: Apache-2.0
// The two written forms of a condition: a status function, or bash. Pure.
#pragma once

#include "plan/types.hh"

#include <optional>
#include <string_view>

namespace cirque::plan {

// "success()", "failure()", "always()" or "cancelled()", with space around it; nothing for any other text.
std::optional<When> parseWhen(std::string_view text);

// "success()", ...
std::string_view toString(When when);

// A text that, trimmed, is a status function is one; anything else is bash that runs only if success() holds.
Condition parseCondition(std::string_view text);

} // namespace cirque::plan
