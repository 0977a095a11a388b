// SPDX-License-Identifier: Apache-2.0
// Patterns of paths as a plan writes them: '*' is any part of one name, '?' one byte of it, and '**' alone
// any number of folders. A name that begins with '.' matches only where the pattern has that '.' too. Every
// other byte means itself. Pure.
#pragma once

#include <string_view>

namespace cirque::artifact {

bool hasWildcard(std::string_view pattern);

// One name against one part of a pattern, which is not "**". Time: at most the product of both lengths.
bool matchesName(std::string_view pattern, std::string_view name);

} // namespace cirque::artifact
