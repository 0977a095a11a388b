// SPDX-License-Identifier: Apache-2.0
#include "feedback/xml-text.hh"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace cirque::feedback {
namespace {

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// XML 1.0, production 2.
bool isXmlCharacter(std::uint32_t code) {
    return code == 0x9 || code == 0xA || code == 0xD || (code >= 0x20 && code <= 0xD7FF) ||
           (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

void appendUtf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

// "#65" or "#x41".
std::optional<std::uint32_t> numberOf(std::string_view name) {
    constexpr std::uint32_t replacement = 0xFFFD;
    constexpr int ten = 10;
    constexpr int sixteen = 16;
    name.remove_prefix(1);
    const bool hex = name.starts_with('x');
    name.remove_prefix(hex ? 1 : 0);
    std::uint32_t code = 0;
    const auto [end, error] =
        std::from_chars(name.data(), name.data() + name.size(), code, hex ? sixteen : ten);
    if (name.empty() || end != name.data() + name.size()) {
        return std::nullopt;
    }
    return error == std::errc{} && isXmlCharacter(code) ? code : replacement;
}

Result<void> appendReference(std::string& out, std::string_view name) {
    constexpr std::array<std::pair<std::string_view, char>, 5> known{
        {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
    for (const auto& [entity, character] : known) {
        if (name == entity) {
            out += character;
            return {};
        }
    }
    const auto code = name.starts_with('#') ? numberOf(name) : std::nullopt;
    if (!code) {
        // Not named: an '&' that should have been escaped may stand in the midst of a secret.
        return fail(ErrorCode::InvalidPlan, "there is an entity that XML does not know");
    }
    appendUtf8(out, *code);
    return {};
}

} // namespace

bool isXmlSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool isXmlNameStart(char c) {
    return isLetter(c) || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

bool isXmlNameByte(char c) {
    return isXmlNameStart(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

Result<void> appendXmlText(std::string& out, std::string_view raw) {
    constexpr std::size_t longestName = 64;
    while (!raw.empty()) {
        const std::size_t plain = raw.find_first_of("&\r");
        out += raw.substr(0, plain);
        if (plain == std::string_view::npos) {
            return {};
        }
        raw.remove_prefix(plain);
        if (raw.front() == '\r') {
            out += '\n';
            raw.remove_prefix(raw.starts_with("\r\n") ? 2 : 1);
            continue;
        }
        const std::size_t end = raw.substr(0, longestName).find(';');
        if (end == std::string_view::npos) {
            return fail(ErrorCode::InvalidPlan, "there is an '&' that begins no entity");
        }
        CIRQUE_TRY(appendReference(out, raw.substr(1, end - 1)));
        raw.remove_prefix(end + 1);
    }
    return {};
}

} // namespace cirque::feedback
