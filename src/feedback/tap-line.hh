// SPDX-License-Identifier: Apache-2.0
// One line of TAP taken apart (testanything.org, versions 13 and 14). Internal to the folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::feedback {

enum class TapKind { Other, Version, Plan, Test, BailOut, YamlStart, Comment };

struct TapLine {
    TapKind kind = TapKind::Other;
    std::size_t indent = 0; // spaces before it
    std::string_view text;  // Test: the description; Plan, BailOut: the reason; Comment: what follows '#'
    std::int64_t count = 0; // Plan: how many tests
    std::optional<std::int64_t> number; // Test
    bool ok = false;                    // Test
    bool skip = false;                  // Test: SKIP; Plan: all are, 1..0 # SKIP
    bool todo = false;                  // Test: TODO
};

TapLine parseTapLine(std::string_view line);

} // namespace cirque::feedback
