// SPDX-License-Identifier: Apache-2.0
#include "base/columns.hh"

#include "base/columns-table.hh"

#include <algorithm>
#include <iterator>

namespace cirque {
namespace {

constexpr char32_t emojiStyle = 0xfe0f; // variation selector 16: the character before it is shown as an emoji
constexpr std::string_view ellipsis = "…";

struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
};

// The character at the front; a byte that begins none is one by itself.
Character front(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first >= 0xf8   ? 1
                               : first >= 0xf0 ? 4
                               : first >= 0xe0 ? 3
                               : first >= 0xc2 ? 2
                                               : 1;
    char32_t code = length == 1 ? first : first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) {
            return {first, 1};
        }
        code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
    }
    return {code, length};
}

bool within(std::span<const Range> ranges, char32_t code) {
    const auto found = std::ranges::upper_bound(ranges, code, {}, &Range::first);
    return found != ranges.begin() && code <= std::prev(found)->last;
}

std::size_t widthOf(char32_t code) {
    constexpr char32_t firstSpecial = 0x300; // nothing before it is wide or empty but a few format characters
    if (code < firstSpecial) {
        return 1;
    }
    return within(wideRanges(), code) ? 2 : within(emptyRanges(), code) ? 0 : 1;
}

// A character with all that joins it.
struct Cluster {
    std::size_t bytes = 0;
    std::size_t columns = 0;
};

Cluster frontCluster(std::string_view text) {
    const Character base = front(text);
    Cluster cluster{base.bytes, widthOf(base.code)};
    while (cluster.bytes < text.size() && static_cast<unsigned char>(text[cluster.bytes]) >= 0x80) {
        const Character next = front(text.substr(cluster.bytes));
        if (widthOf(next.code) != 0) {
            break;
        }
        if (next.code == emojiStyle && cluster.columns == 1) {
            cluster.columns = 2;
        }
        cluster.bytes += next.bytes;
    }
    return cluster;
}

bool isAscii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

} // namespace

std::size_t columns(std::string_view text) {
    if (isAscii(text)) {
        return text.size();
    }
    std::size_t total = 0;
    while (!text.empty()) {
        const Cluster cluster = frontCluster(text);
        total += cluster.columns;
        text.remove_prefix(cluster.bytes);
    }
    return total;
}

std::string fitColumns(std::string_view text, std::size_t most) {
    if (most == 0) {
        return {};
    }
    std::size_t taken = 0;
    std::size_t keep = 0; // bytes that leave a column for the ellipsis
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const Cluster cluster = frontCluster(text.substr(bytes));
        taken += cluster.columns;
        if (taken > most) {
            return std::string(text.substr(0, keep)) + std::string(ellipsis);
        }
        bytes += cluster.bytes;
        keep = taken < most ? bytes : keep;
    }
    return std::string(text);
}

std::string padColumns(std::string_view text, std::size_t width) {
    std::string out = fitColumns(text, width);
    const std::size_t taken = columns(out);
    out.append(width > taken ? width - taken : 0, ' ');
    return out;
}

std::string expandTabs(std::string_view text, std::size_t stop) {
    std::string out;
    std::size_t column = 0;
    for (std::size_t tab = text.find('\t'); tab != std::string_view::npos; tab = text.find('\t')) {
        column += columns(text.substr(0, tab));
        out += text.substr(0, tab);
        const std::size_t spaces = stop - column % stop;
        out.append(spaces, ' ');
        column += spaces;
        text.remove_prefix(tab + 1);
    }
    out += text;
    return out;
}

} // namespace cirque
