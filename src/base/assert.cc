// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hh"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace cirque {

void assertionFailed(std::string_view condition, std::string_view why, const char* file, int line) {
    fmt::print(stderr, "cirque: a bug: {} ({}) at {}:{}\n", why, condition, file, line);
    std::abort();
}

} // namespace cirque
