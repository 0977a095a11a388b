// SPDX-License-Identifier: Apache-2.0
#include "cli/plain-lines.hh"

#include "base/text.hh"

#include <algorithm>

namespace cirque::cli {
namespace {

// What a runner takes away at the start of a line is more than ASCII's blanks, so whatever is not printable
// ASCII counts as one.
bool mayCommand(std::string_view line) {
    const auto seen = [](char c) { return c > ' ' && c <= '~'; };
    return std::string_view(std::ranges::find_if(line, seen), line.end()).starts_with("::");
}

} // namespace

std::string plainLines(std::string_view text) {
    constexpr std::string_view older = "##[";
    std::string out;
    for (const std::string_view line : split(text, '\n')) {
        std::string plain = keepOnlyColours(line);
        for (std::size_t at = plain.find(older); at != std::string::npos; at = plain.find(older, at)) {
            plain.insert(at + older.size() - 1, 1, ' ');
        }
        out += out.empty() && line.data() == text.data() ? "" : "\n";
        out += mayCommand(plain) ? "> " : "";
        out += plain;
    }
    return out;
}

} // namespace cirque::cli
