// SPDX-License-Identifier: Apache-2.0
// std::ranges::contains, which this standard library does not have.
#pragma once

#include <algorithm>

namespace cirque::plan {

template <class Range, class T>
bool contains(const Range& range, const T& value) {
    return std::ranges::find(range, value) != std::ranges::end(range);
}

} // namespace cirque::plan
