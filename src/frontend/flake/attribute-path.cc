// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/attribute-path.hh"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

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
        if (byte < space || byte == del) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c == '"' || c == '\\' ? "\\" : "";
            out += c;
        }
    }
    return out + '"';
}

// Reads what `quoted` wrote, from behind the backslash at the front of `rest`, and takes it off.
std::optional<char> takeEscaped(std::string_view& rest) {
    constexpr std::size_t digits = 2;
    constexpr int base = 16;
    if (rest.starts_with('"') || rest.starts_with('\\')) {
        const char c = rest.front();
        rest.remove_prefix(1);
        return c;
    }
    if (!rest.starts_with('x') || rest.size() <= digits) {
        return std::nullopt;
    }
    unsigned char byte = 0;
    const char* const end = rest.data() + 1 + digits;
    if (std::from_chars(rest.data() + 1, end, byte, base).ptr != end) {
        return std::nullopt;
    }
    rest.remove_prefix(1 + digits);
    return static_cast<char>(byte);
}

// What stands in quotes at the front of `rest`, behind the opening one; taken off with the closing one.
Result<std::string> takeQuoted(std::string_view& rest, std::string_view whole) {
    std::string out;
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '"') {
            return out;
        }
        if (c != '\\') {
            out += c;
        } else if (const std::optional<char> escaped = takeEscaped(rest)) {
            out += *escaped;
        } else {
            return fail(ErrorCode::Usage, fmt::format("'{}' has a backslash that escapes nothing", whole),
                        R"(in quotes, write \\ for a backslash, \" for a quote and \x0a for the byte 0a)");
        }
    }
    return fail(ErrorCode::Usage, fmt::format("'{}' has a quote that is not closed", whole));
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
    bool hadQuotes = false; // "" is a part, though an empty one
    const auto endsWell = [&] { return !out.parts.back().empty() || hadQuotes; };
    for (std::string_view rest = text; !rest.empty();) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '"') {
            CIRQUE_TRY_ASSIGN(const std::string part, takeQuoted(rest, text));
            out.parts.back() += part;
            hadQuotes = true;
        } else if (c == '.') {
            if (!endsWell()) {
                return fail(ErrorCode::Usage, fmt::format("'{}' has an empty part between its dots", text));
            }
            out.parts.emplace_back();
            out.globs.push_back(false);
            hadQuotes = false;
        } else {
            out.globs.back() = out.globs.back() || globCharacters.contains(c);
            out.parts.back() += c;
        }
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
