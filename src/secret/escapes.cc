// SPDX-License-Identifier: Apache-2.0
#include "secret/escapes.hh"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

namespace cirque::secret {

namespace {

constexpr unsigned char del = 0x7f;

bool isControl(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == del;
}

// The letter after the backslash in `names`, which lists pairs of a byte and its letter.
std::optional<char> shortName(std::string_view names, char c) {
    for (std::size_t i = 0; i + 1 < names.size(); i += 2) {
        if (names[i] == c) {
            return names[i + 1];
        }
    }
    return std::nullopt;
}

std::string jsonText(std::string_view value, bool slashes) {
    std::string out;
    for (const char c : value) {
        if (const auto letter = shortName("\bb\ff\nn\rr\tt\"\"\\\\", c)) {
            out += {'\\', *letter};
        } else if (isControl(c)) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            out += slashes && c == '/' ? "\\/" : std::string(1, c);
        }
    }
    return out;
}

// What $'...' holds; `ascii`: in a locale that knows no other characters.
std::string ansiText(std::string_view value, bool ascii) {
    std::string out;
    for (const char c : value) {
        if (const auto letter = shortName("\aa\bb\033E\ff\nn\rr\tt\vv\\\\''", c)) {
            out += {'\\', *letter};
        } else if (isControl(c) || (ascii && static_cast<unsigned char>(c) > del)) {
            out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

using Replacement = std::pair<char, std::string_view>;

std::string replaced(std::string_view value, std::initializer_list<Replacement> by) {
    std::string out;
    for (const char c : value) {
        const auto* const found = std::ranges::find(by, c, &Replacement::first);
        out += found == by.end() ? std::string_view(&c, 1) : found->second;
    }
    return out;
}

// As printf %q does.
std::string backslashed(std::string_view value) {
    constexpr std::string_view special = " \t\n'\"\\|&;()<>!{}*[]?^$`,";
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char before = i == 0 ? '=' : value[i - 1];
        const bool begins =
            (value[i] == '#' && i == 0) || (value[i] == '~' && (before == '=' || before == ':'));
        if (begins || special.contains(value[i])) {
            out += '\\';
        }
        out += value[i];
    }
    return out;
}

} // namespace

std::vector<std::string> escapedForms(std::string_view value) {
    const Replacement amp{'&', "&amp;"};
    const Replacement lower{'<', "&lt;"};
    const Replacement greater{'>', "&gt;"};
    const Replacement quote{'"', "&quot;"};
    std::vector<std::string> forms{
        jsonText(value, false),
        jsonText(value, true),
        replaced(value, {amp, lower, greater}),
        replaced(value, {amp, lower, greater, quote}),
        replaced(value, {amp, lower, greater, quote, {'\'', "&apos;"}}),
        replaced(value, {amp, lower, greater, quote, {'\'', "&#39;"}}),
        replaced(value, {{'"', "\\\""}, {'\\', "\\\\"}, {'$', "\\$"}, {'`', "\\`"}}),
        replaced(value, {{'\'', "'\\''"}}),
        backslashed(value),
        ansiText(value, false),
        ansiText(value, true),
    };
    std::ranges::sort(forms);
    const auto twice = std::ranges::unique(forms);
    forms.erase(twice.begin(), twice.end());
    std::erase(forms, value);
    return forms;
}

} // namespace cirque::secret
