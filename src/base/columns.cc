// SPDX-License-Identifier: Apache-2.0
#include "base/columns.hh"

#include <algorithm>
#include <array>
#include <iterator>

namespace cirque {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// sorted, for the search below
constexpr std::array<Range, 19> noColumn{{
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},     {0x64b, 0x65f},
    {0x6d6, 0x6dc},   {0x900, 0x902},   {0x93c, 0x93c},   {0x941, 0x948},     {0xe31, 0xe31},
    {0xe34, 0xe3a},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},   {0x2060, 0x2064},
    {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef},
}};

constexpr std::array<Range, 40> twoColumns{{
    {0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x23f0, 0x23f0},
    {0x23f3, 0x23f3}, {0x25fd, 0x25fe}, {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267f, 0x267f},
    {0x2693, 0x2693}, {0x26a1, 0x26a1}, {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x26ce, 0x26ce}, {0x26d4, 0x26d4}, {0x26ea, 0x26ea},   {0x26f2, 0x26f5},   {0x26fa, 0x26fd},
    {0x2705, 0x2705}, {0x270a, 0x270b}, {0x2728, 0x2728},   {0x274c, 0x274e},   {0x2753, 0x2757},
    {0x2795, 0x2797}, {0x27b0, 0x27bf}, {0x2b1b, 0x2b1c},   {0x2b50, 0x2b55},   {0x2e80, 0x303e},
    {0x3041, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe6f},
    {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1faff}, {0x20000, 0x3fffd},
}};

template <std::size_t N>
bool isIn(const std::array<Range, N>& ranges, char32_t code) {
    const auto found = std::ranges::lower_bound(ranges, code, {}, &Range::last);
    return found != ranges.end() && found->first <= code;
}

std::size_t widthOf(char32_t code) {
    return isIn(noColumn, code) ? 0 : isIn(twoColumns, code) ? 2 : 1;
}

// Takes one character off the front.
char32_t next(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
    std::size_t taken = 1;
    char32_t code = length == 1 ? first : first & (0xffU >> (length + 1));
    while (taken < length && taken < text.size() &&
           (static_cast<unsigned char>(text[taken]) & 0xc0U) == 0x80U) {
        code = (code << 6U) | (static_cast<unsigned char>(text[taken++]) & 0x3fU);
    }
    text.remove_prefix(taken);
    return code;
}

} // namespace

std::size_t columns(std::string_view text) {
    std::size_t total = 0;
    while (!text.empty()) {
        total += widthOf(next(text));
    }
    return total;
}

std::string fitColumns(std::string_view text, std::size_t most) {
    std::string_view rest = text;
    std::size_t used = 0;
    std::size_t keep = 0; // bytes that leave room for the mark
    while (!rest.empty()) {
        used += widthOf(next(rest));
        if (used > most) {
            return most == 0 ? std::string() : std::string(text.substr(0, keep)) + "\u2026";
        }
        keep = used < most ? text.size() - rest.size() : keep;
    }
    return std::string(text);
}

std::string padColumns(std::string_view text, std::size_t width) {
    std::string out = fitColumns(text, width);
    const std::size_t used = columns(out);
    return out.append(width > used ? width - used : 0, ' ');
}

} // namespace cirque
