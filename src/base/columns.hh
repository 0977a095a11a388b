// SPDX-License-Identifier: Apache-2.0
// How much room text takes in a terminal or a fixed-width font: columns, not bytes. Widths are those of
// Unicode's East Asian Width (UAX #11) and of marks that join the character before them. Terminals disagree
// about some emoji; where they do, this says the larger number, so that nothing is wider than was measured.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cirque {

// Columns of `text`, which has no escape sequences. A byte that is not UTF-8 counts as one.
std::size_t columns(std::string_view text);

// `text` cut to at most `most` columns, ending in U+2026 when something was cut. A character is never
// parted from the marks on it.
std::string fitColumns(std::string_view text, std::size_t most);

// The same, and filled with spaces to exactly `width` columns.
std::string padColumns(std::string_view text, std::size_t width);

// Tabs become spaces up to the next multiple of `stop` columns.
std::string expandTabs(std::string_view text, std::size_t stop = 8);

} // namespace cirque
