// SPDX-License-Identifier: Apache-2.0
#include "secret/dotenv.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <optional>

namespace cirque::secret {

namespace {

constexpr std::string_view blanks = " \t\r\v\f";

std::string_view trimBlanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

class DotenvParser {
  public:
    DotenvParser(std::string_view text, std::string_view file) : rest_(text), file_(file) {}

    Result<Assignments> parse() {
        if (rest_.starts_with("\xEF\xBB\xBF")) {
            rest_.remove_prefix(3);
        }
        while (std::optional<std::string_view> line = nextLine()) {
            CIRQUE_TRY(parseLine(*line));
        }
        return std::move(result_);
    }

  private:
    std::optional<std::string_view> nextLine() {
        if (rest_.empty()) {
            return std::nullopt;
        }
        ++line_;
        const std::size_t end = rest_.find('\n');
        std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        return line;
    }

    [[nodiscard]] Unexpected problem(int line, std::string_view what, std::string hint = {}) const {
        return fail(ErrorCode::Provider, fmt::format("{}:{}: {}", file_, line, what), std::move(hint));
    }

    Result<void> parseLine(std::string_view whole) {
        std::string_view line = trimBlanks(whole);
        if (line.empty() || line.starts_with('#')) {
            return {};
        }
        if (line.starts_with("export ") || line.starts_with("export\t")) {
            line = trimBlanks(line.substr(7));
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) {
            return problem(line_, "this line is no NAME=value",
                           "write NAME=value, or begin a comment with '#'");
        }
        const std::string_view name = line.substr(0, equals);
        if (!isEnvName(name)) {
            return problem(
                line_, "the text before '=' is no variable name",
                "a name has letters, digits and '_', does not begin with a digit, and touches the '='");
        }
        CIRQUE_TRY_ASSIGN(std::string value, parseValue(trimBlanks(line.substr(equals + 1))));
        if (value.contains('\0')) {
            return problem(
                line_, fmt::format("the value of {} contains a NUL byte, which no variable can hold", name));
        }
        result_.emplace_back(name, std::move(value));
        return {};
    }

    Result<std::string> parseValue(std::string_view text) {
        if (text.empty() || (text[0] != '"' && text[0] != '\'')) {
            return std::string(text);
        }
        const char quote = text[0];
        if (text.size() >= 2 && text.back() == quote) {
            return std::string(text.substr(1, text.size() - 2));
        }
        const std::size_t close = text.find(quote, 1);
        if (close == std::string_view::npos) {
            return parseManyLines(text.data() + 1, quote);
        }
        const std::string_view after = trimBlanks(text.substr(close + 1));
        if (!after.starts_with('#')) {
            return problem(line_, "there is text after the closing quote",
                           "quote the whole value, or leave the quotes out");
        }
        return std::string(text.substr(1, close - 1));
    }

    // The bytes of a value that goes over several lines are taken as they are: no line of it is trimmed.
    Result<std::string> parseManyLines(const char* begin, char quote) {
        const int opened = line_;
        while (std::optional<std::string_view> line = nextLine()) {
            const std::size_t last = line->find_last_not_of(blanks);
            if (last != std::string_view::npos && (*line)[last] == quote) {
                return std::string(begin, line->data() + last);
            }
        }
        return problem(opened, fmt::format("the quote {} that opens here is never closed", quote),
                       "end the value's last line with the same quote");
    }

    std::string_view rest_;
    std::string_view file_;
    int line_ = 0;
    Assignments result_;
};

} // namespace

Result<Assignments> parseDotenv(std::string_view text, std::string_view file) {
    return DotenvParser(text, file).parse();
}

} // namespace cirque::secret
