// SPDX-License-Identifier: Apache-2.0
#include "agent/outputs.hh"

#include "base/text.hh"

#include <fmt/format.h>

namespace cirque::agent {

namespace {

struct Lines {
    std::string_view rest;
    int number = 0;

    bool next(std::string_view& line) {
        if (rest.empty()) {
            return false;
        }
        const std::size_t end = rest.find('\n');
        line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        ++number;
        return true;
    }
};

Unexpected problem(int line, std::string_view what) {
    return fail(ErrorCode::InvalidPlan, fmt::format("$CIRQUE_OUTPUT, line {}: {}", line, what),
                "write name=value, or name<<WORD, lines, and WORD on a line of its own");
}

// What a problem tells is redacted later, and a part of a secret would pass: a long text is not told at all.
std::string quoted(std::string_view text) {
    constexpr std::size_t most = 60;
    return text.size() > most ? "a long word" : fmt::format("'{}'", text);
}

Result<std::string> readHeredoc(Lines& lines, std::string_view word) {
    const int opened = lines.number;
    const char* begin = lines.rest.data();
    std::string_view line;
    while (lines.next(line)) {
        if (line == word) {
            const auto size = static_cast<std::size_t>(line.data() - begin);
            return std::string(begin, size == 0 ? 0 : size - 1);
        }
    }
    return problem(opened, fmt::format("the text that ends with {} has no end", quoted(word)));
}

} // namespace

Result<Outputs> parseOutputs(std::string_view text) {
    Outputs outputs;
    Lines lines{text};
    std::string_view line;
    while (lines.next(line)) {
        if (trim(line).empty()) {
            continue;
        }
        const int number = lines.number;
        const std::size_t equals = line.find('=');
        const std::size_t heredoc = line.find("<<");
        const std::size_t end = std::min(equals, heredoc);
        if (end == std::string_view::npos) {
            return problem(number, "there is neither '=' nor '<<'");
        }
        const std::string_view name = trim(line.substr(0, end));
        if (name.empty() || !isValidUtf8(name) || hasControlCharacter(name)) {
            return problem(number, "the name is empty or has control characters");
        }
        std::string value(line.substr(end + 1));
        if (heredoc < equals) {
            const std::string_view word = trim(line.substr(heredoc + 2));
            if (word.empty()) {
                return problem(number, "there is no word after '<<'");
            }
            CIRQUE_TRY_ASSIGN(value, readHeredoc(lines, word));
        }
        if (!isValidUtf8(value) || value.contains('\0')) {
            return problem(number, fmt::format("the value of {} is not UTF-8 text", quoted(name)));
        }
        outputs.emplace_back(name, std::move(value));
    }
    return outputs;
}

} // namespace cirque::agent
