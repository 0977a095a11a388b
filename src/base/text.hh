// SPDX-License-Identifier: Apache-2.0
// Small questions about text. Nothing here allocates more than its result or touches the system.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque {

bool isValidUtf8(std::string_view text);

// True for U+0000..U+001F, U+007F and U+0080..U+009F anywhere in valid UTF-8 `text`.
bool hasControlCharacter(std::string_view text);

// Leading and trailing space, tab, CR, LF, VT, FF removed.
std::string_view trim(std::string_view text);

// A shell variable name: [A-Za-z_][A-Za-z0-9_]*.
bool isEnvName(std::string_view text);

// Each byte outside [A-Za-z0-9._-] becomes '_'; "", "." and ".." become "_", "_" and "__". At most 100 bytes.
std::string sanitizeFileName(std::string_view text);

// The form used in NEEDS_<JOB>_<NAME>: upper case, each byte outside [A-Z0-9_] becomes '_'.
std::string sanitizeEnvName(std::string_view text);

// The candidate nearest to `text` by edit distance, or "" when none is near enough to suggest.
std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates);

// One shell word for bash: plain when safe, else in single quotes.
std::string shellQuote(std::string_view text);

// What a terminal may show: SGR sequences (ESC [ ... m) stay, every other control character but tab goes
// away, and a byte that is not UTF-8 becomes U+FFFD.
std::string keepOnlyColours(std::string_view text);

// Text cut to at most `limit` bytes at a UTF-8 boundary, with "..." when cut. For messages.
std::string ellipsize(std::string_view text, std::size_t limit);

std::vector<std::string_view> split(std::string_view text, char separator);

} // namespace cirque
