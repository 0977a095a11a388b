// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

namespace cirque {
namespace {

// The length of the valid UTF-8 sequence at `at` (RFC 3629), or 0.
std::size_t sequenceLength(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0U) == 0x80U; };
    const unsigned char first = byte(at);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return tail(at + 1) ? 2 : 0;
    }
    if (first >= 0xe0 && first <= 0xef) {
        if (!tail(at + 1) || !tail(at + 2)) {
            return 0;
        }
        const unsigned char second = byte(at + 1);
        const bool bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f);
        return bad ? 0 : 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (!tail(at + 1) || !tail(at + 2) || !tail(at + 3)) {
            return 0;
        }
        const unsigned char second = byte(at + 1);
        const bool bad = (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
        return bad ? 0 : 4;
    }
    return 0;
}

bool isFileNameByte(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

bool isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr char escape = '\x1b';

// Where the control sequence that starts at `at` (ESC [) ends: parameter and intermediate bytes, then one
// final byte (ECMA-48 section 5.4). A byte that cannot stand in it ends it before that byte.
std::size_t endOfControlSequence(std::string_view text, std::size_t at) {
    std::size_t end = at + 2;
    while (end < text.size() && text[end] >= 0x20 && text[end] < 0x40) {
        ++end;
    }
    const bool isFinal = end < text.size() && text[end] >= 0x40 && text[end] < 0x7f;
    return isFinal ? end + 1 : end;
}

// Whether a control sequence is SGR (ESC [ numbers m) and nothing else.
bool isColour(std::string_view sequence) {
    return sequence.size() >= 3 && sequence.back() == 'm' &&
           std::ranges::all_of(sequence.substr(2, sequence.size() - 3),
                               [](char c) { return (c >= '0' && c <= '9') || c == ';' || c == ':'; });
}

// Edit distance in which two swapped neighbours count as one change, given up beyond `limit`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
    constexpr std::size_t longest = 64;
    const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
    if (gap > limit || a.size() > longest || b.size() > longest) {
        return limit + 1;
    }
    using Row = std::array<std::size_t, longest + 1>;
    Row before{};
    Row above{};
    Row row{};
    std::iota(above.begin(), above.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    return above[b.size()];
}

} // namespace

bool isValidUtf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequenceLength(text, at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

bool hasControlCharacter(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7f) {
            return true;
        }
        if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
            return true;
        }
    }
    return false;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && isSpace(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && isSpace(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

bool isEnvName(std::string_view text) {
    if (text.empty() || (text.front() >= '0' && text.front() <= '9')) {
        return false;
    }
    return std::ranges::all_of(text, [](char c) { return isFileNameByte(c) && c != '.' && c != '-'; });
}

std::string sanitizeFileName(std::string_view text) {
    constexpr std::size_t longest = 100;
    std::string out(text.substr(0, longest));
    std::ranges::replace_if(out, [](char c) { return !isFileNameByte(c); }, '_');
    if (out.empty() || out == ".") {
        return "_";
    }
    return out == ".." ? "__" : out;
}

std::string sanitizeEnvName(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        } else if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
            c = '_';
        }
    }
    return out;
}

std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates) {
    if (text.empty()) {
        return {};
    }
    const std::size_t limit = std::max<std::size_t>(1, text.size() / 3);
    std::size_t best = limit + 1;
    std::string_view found;
    for (const std::string_view candidate : candidates) {
        const std::size_t far = distance(text, candidate, limit);
        if (far < best) {
            best = far;
            found = candidate;
        }
    }
    return found;
}

std::string shellQuote(std::string_view text) {
    const bool safe = !text.empty() && std::ranges::all_of(text, [](char c) {
        return isFileNameByte(c) || c == '/' || c == ':' || c == '=' || c == '@' || c == '%' || c == '+' ||
               c == ',';
    });
    if (safe) {
        return std::string(text);
    }
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::string keepOnlyColours(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == escape && at + 1 < text.size() && text[at + 1] == '[') {
            const std::size_t end = endOfControlSequence(text, at);
            if (isColour(text.substr(at, end - at))) {
                out += text.substr(at, end - at);
            }
            at = end;
            continue;
        }
        const std::size_t length = sequenceLength(text, at);
        if (length == 0) {
            // Alone, 0x80 to 0x9f are control characters to a terminal that is not in UTF-8 mode.
            out += "\xef\xbf\xbd";
            ++at;
            continue;
        }
        const std::string_view character = text.substr(at, length);
        if (character == "\t" || !hasControlCharacter(character)) {
            out += character;
        }
        at += length;
    }
    return out;
}

std::string ellipsize(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) {
        return std::string(text);
    }
    constexpr std::string_view dots = "...";
    if (limit < dots.size()) {
        return std::string(dots.substr(0, limit));
    }
    std::size_t cut = limit - dots.size();
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80U) {
        --cut;
    }
    return std::string(text.substr(0, cut)) + std::string(dots);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t start = 0;
    while (true) {
        const std::size_t end = text.find(separator, start);
        if (end == std::string_view::npos) {
            parts.push_back(text.substr(start));
            return parts;
        }
        parts.push_back(text.substr(start, end - start));
        start = end + 1;
    }
}

} // namespace cirque
