// SPDX-License-Identifier: Apache-2.0
#include "report/graph/escape.hh"

#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::report {
namespace {

bool isAlnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// No control character, and valid UTF-8 without U+FFFE and U+FFFF, which XML forbids.
std::string printable(std::string_view text) {
    std::string out = shown(text);
    std::ranges::replace(out, '\t', ' ');
    for (const std::string_view forbidden : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
        for (std::size_t at = 0; (at = out.find(forbidden, at)) != std::string::npos;) {
            out.replace(at, forbidden.size(), "\xef\xbf\xbd");
        }
    }
    return out;
}

} // namespace

std::string dotText(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        switch (c) {
        case '"':
        case '\\':
            out += '\\';
            out += c;
            break;
        case '&':
            out += "&amp;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string mermaidText(std::string_view text) {
    const std::string clean = printable(text);
    const auto inWord = [&](std::size_t i) {
        return i > 0 && i + 1 < clean.size() && isAlnum(clean[i - 1]) && isAlnum(clean[i + 1]);
    };
    std::string out;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        const char c = clean[i];
        const bool safe = isAlnum(c) || (static_cast<unsigned char>(c) & 0x80U) != 0 || c == ' ' ||
                          c == '/' || c == ',' || c == '=' ||
                          ((c == '-' || c == '.' || c == '_') && inWord(i));
        out += safe ? std::string(1, c) : fmt::format("#{};", static_cast<int>(c));
    }
    return out;
}

std::string xmlText(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

} // namespace cirque::report
