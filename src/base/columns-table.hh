// SPDX-License-Identifier: Apache-2.0
// Characters that do not take exactly one column: sorted ranges of code points. Made, not written.
#pragma once

#include <span>

namespace cirque {

struct Range {
    char32_t first = 0;
    char32_t last = 0;
};

std::span<const Range> wideRanges();  // two columns
std::span<const Range> emptyRanges(); // none: they join the character before them

} // namespace cirque
