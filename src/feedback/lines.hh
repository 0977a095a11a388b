// SPDX-License-Identifier: Apache-2.0
// Small questions about text that the parsers of this folder share. Internal.
#pragma once

#include "base/time.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::feedback {

// The next line without its end (LF or CR LF), taken off `rest`; false when nothing is left.
bool nextLine(std::string_view& rest, std::string_view& line);

// Digits alone, at most 18 of them; nullopt for anything else.
std::optional<std::int64_t> parseCount(std::string_view text);

// Seconds as reports write them, "1.5", "1,234.567", "2e-3", as milliseconds. Zero for what is no number, is
// negative or beyond ten years: a duration is never a reason to refuse a report.
Millis parseSeconds(std::string_view text);
Millis toMillis(double seconds);

// Case is ignored; ASCII.
bool equalsIgnoringCase(std::string_view a, std::string_view b);

} // namespace cirque::feedback
