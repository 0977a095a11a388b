// SPDX-License-Identifier: Apache-2.0
// What of a step's bytes may reach a terminal, and the colours of our own words.
#pragma once

#include "base/outcome.hh"

#include <string>
#include <string_view>

namespace cirque::report {

// Appends the line as a terminal may show it: no control character but tab; bytes that are not UTF-8 become
// U+FFFD; with `colour` SGR sequences stay and are ended at the end of the line.
void appendShown(std::string& out, std::string_view line, bool colour);
std::string shown(std::string_view text, bool colour = false);

// The SGR sequence of an outcome's colour.
std::string_view colourOf(const Outcome& outcome, bool tolerated = false);
inline constexpr std::string_view dim = "\x1b[2m";
inline constexpr std::string_view yellow = "\x1b[33m";
inline constexpr std::string_view red = "\x1b[31m";
inline constexpr std::string_view plainAgain = "\x1b[0m";

// "failed: exit 7", "succeeded", "skipped: a need failed".
std::string inWords(const Outcome& outcome);

// "512 bytes", "16.2 KiB".
std::string formatBytes(std::int64_t bytes);

} // namespace cirque::report
