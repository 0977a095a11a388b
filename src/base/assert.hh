// SPDX-License-Identifier: Apache-2.0
// For what only a bug can cause. On in release builds: a wrong verdict is worse than an abort.
#pragma once

#include <string_view>

namespace cirque {

[[noreturn]] void assertionFailed(std::string_view condition, std::string_view why, const char* file,
                                  int line);

} // namespace cirque

#define CIRQUE_ASSERT(condition, why)                                                                        \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            ::cirque::assertionFailed(#condition, why, __FILE__, __LINE__);                                  \
        }                                                                                                    \
    } while (false)
