// SPDX-License-Identifier: Apache-2.0
#include "report/text/text.hh"

#include "base/text.hh"
#include "event/types/json-text.hh"
#include "report/text/paint.hh"

#include <fmt/format.h>

#include <array>

namespace cirque::report {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

// Length of the UTF-8 sequence at the front (RFC 3629), 0 when there is none.
std::size_t sequence(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80    ? 1
                               : first >= 0xf0 ? 4
                               : first >= 0xe0 ? 3
                               : first >= 0xc2 ? 2
                                               : 0;
    return length > 0 && length <= text.size() && isValidUtf8(text.substr(0, length)) ? length : 0;
}

std::string toUtf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = sequence(text);
        out += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

// `text` has no other escape sequences than SGR.
std::string withoutColours(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t escape = std::min(text.find('\x1b'), text.size());
        out += text.substr(0, escape);
        text.remove_prefix(escape);
        const std::size_t end = text.find('m');
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

} // namespace

void appendShown(std::string& out, std::string_view line, bool colour) {
    const bool ascii = event::isPlainAscii(line);
    const bool utf8 = ascii || isValidUtf8(line);
    if (ascii || (utf8 && !hasControlCharacter(line))) {
        out += line;
        return;
    }
    std::string kept = keepOnlyColours(utf8 ? std::string(line) : toUtf8(line));
    if (!isValidUtf8(kept)) {
        kept = toUtf8(kept); // a sequence that was cut out took half a character with it
    }
    const bool coloured = kept.find('\x1b') != std::string::npos;
    if (coloured && !colour) {
        out += withoutColours(kept);
        return;
    }
    out += kept;
    out += coloured ? endOfStyle : "";
}

std::string shown(std::string_view text, bool colour) {
    std::string out;
    appendShown(out, text, colour);
    return out;
}

std::string inWords(const Outcome& outcome) {
    const std::string text = describe(outcome);
    return outcome.kind == OutcomeKind::Failed && text != "failed" ? "failed: " + text : text;
}

std::string formatBytes(std::int64_t bytes) {
    constexpr std::array<std::string_view, 5> units{"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (bytes < 1024) {
        return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
    }
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string countOf(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

} // namespace cirque::report
