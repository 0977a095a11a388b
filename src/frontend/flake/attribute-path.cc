// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/attribute-path.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::frontend {
namespace {

constexpr std::string_view globCharacters = "*?";
constexpr std::string_view plainCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'+";

bool isPlain(std::string_view part) {
    return !part.empty() && part.find_first_not_of(plainCharacters) == std::string_view::npos;
}

std::string quoted(std::string_view part) {
    constexpr unsigned char space = 0x20;
    constexpr unsigned char del = 0x7f;
    std::string out = "\"";
    for (const char c : part) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < space || byte == del ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
    }
    return out + '"';
}

} // namespace

bool AttributePattern::hasGlob() const {
    return std::ranges::find(globs, true) != globs.end();
}

Result<AttributePattern> parsePattern(std::string_view text) {
    AttributePattern out;
    out.text = text;
    out.parts.emplace_back();
    out.globs.push_back(false);
    bool quoted = false;
    bool hadQuotes = false; // "" is a part, though an empty one
    const auto endsWell = [&] { return !out.parts.back().empty() || hadQuotes; };
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
            hadQuotes = true;
        } else if (c == '.' && !quoted) {
            if (!endsWell()) {
                return fail(ErrorCode::Usage, fmt::format("'{}' has an empty part between its dots", text));
            }
            out.parts.emplace_back();
            out.globs.push_back(false);
            hadQuotes = false;
        } else {
            out.globs.back() = out.globs.back() || (!quoted && globCharacters.contains(c));
            out.parts.back() += c;
        }
    }
    if (quoted) {
        return fail(ErrorCode::Usage, fmt::format("'{}' has a quote that is not closed", text));
    }
    if (!endsWell()) {
        return fail(ErrorCode::Usage, fmt::format("'{}' ends without a name", text),
                    "name an attribute, as in .#checks.x86_64-linux.fmt, or use a glob: '.#checks.*'");
    }
    return out;
}

std::string toText(const AttributePath& path) {
    std::string out;
    for (const std::string& part : path) {
        out += out.empty() ? "" : ".";
        out += isPlain(part) ? part : quoted(part);
    }
    return out;
}

// Greedy with one place to come back to: linear in practice, never exponential.
bool matchesGlob(std::string_view glob, std::string_view text) {
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = t;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', g) == std::string_view::npos;
}

} // namespace cirque::frontend
