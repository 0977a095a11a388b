// SPDX-License-Identifier: Apache-2.0
#include "report/github/commands.hh"

#include "base/ids.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::report::github {
namespace {

// What may not stand in a command as it is: its ends, and in properties also their separators.
std::string escaped(std::string_view text, bool property) {
    std::string out;
    for (const char c : text) {
        const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
        if (special) {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

// Without control characters but newlines.
std::string cleanLines(std::string_view text) {
    std::string out;
    while (true) {
        const std::size_t end = text.find('\n');
        out += shown(text.substr(0, end));
        if (end == std::string_view::npos) {
            return out;
        }
        out += '\n';
        text.remove_prefix(end + 1);
    }
}

} // namespace

std::string randomWord() {
    return RunId::make(0).text();
}

std::string Guard::begin() {
    current_ = word_();
    return fmt::format("::stop-commands::{}\n", current_);
}

std::string Guard::command(std::string_view lines) {
    std::string out = end();
    out += lines;
    return out + begin();
}

std::string Guard::end() {
    const std::string word = std::exchange(current_, {});
    return word.empty() ? std::string() : fmt::format("::{}::\n", word);
}

std::string group(std::string_view name) {
    return fmt::format("::group::{}\n", escaped(shown(name), false));
}

std::string annotation(const event::Annotation& annotation) {
    const bool known = annotation.level == "error" || annotation.level == "warning";
    std::string properties;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty() && value != "0") {
            properties +=
                fmt::format("{}{}={}", properties.empty() ? " " : ",", name, escaped(shown(value), true));
        }
    };
    add("file", annotation.file);
    add("line", fmt::format("{}", annotation.line));
    add("endLine", fmt::format("{}", annotation.endLine));
    add("col", fmt::format("{}", annotation.column));
    add("title", annotation.title);
    return fmt::format("::{}{}::{}\n", known ? annotation.level : "notice", properties,
                       escaped(cleanLines(annotation.message), false));
}

} // namespace cirque::report::github
