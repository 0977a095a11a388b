// SPDX-License-Identifier: Apache-2.0
#include "feedback/lines.hh"

#include "base/text.hh"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace cirque::feedback {

bool nextLine(std::string_view& rest, std::string_view& line) {
    if (rest.empty()) {
        return false;
    }
    const std::size_t end = rest.find('\n');
    line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return true;
}

std::optional<std::int64_t> parseCount(std::string_view text) {
    constexpr std::size_t mostDigits = 18;
    std::int64_t value = 0;
    if (text.empty() || text.size() > mostDigits || text.front() == '-') {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

Millis toMillis(double seconds) {
    constexpr double tenYears = 10.0 * 366 * 24 * 3600;
    constexpr double thousand = 1000;
    const bool sane = seconds > 0 && seconds < tenYears; // false for NaN
    return Millis(sane ? std::llround(seconds * thousand) : 0);
}

Millis parseSeconds(std::string_view text) {
    constexpr std::size_t longest = 40;
    const std::string_view trimmed = trim(text);
    if (trimmed.size() > longest) {
        return Millis{0};
    }
    std::string digits(trimmed);
    std::erase(digits, ','); // between thousands
    double seconds = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    return whole ? toMillis(seconds) : Millis{0};
}

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

} // namespace cirque::feedback
