// SPDX-License-Identifier: Apache-2.0
// Options as a table: each is declared once (name, argument, doc), and the parser and the help come from it.
// The splitting of argv is getopt_long(3)'s.
#pragma once

#include "base/result.hh"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::cli {

struct Option {
    std::string_view name;     // without the dashes
    char letter = 0;           // a short form, or 0
    std::string_view argument; // its name in the help; empty: a flag. Two names: it takes two words, and its
                               // value is both with a line break between
    std::string_view doc;
};

class Arguments {
  public:
    [[nodiscard]] bool has(std::string_view option) const { return !all(option).empty(); }

    // The last value given, or `fallback`.
    [[nodiscard]] std::string get(std::string_view option, std::string fallback = {}) const;

    [[nodiscard]] const std::vector<std::string>& all(std::string_view option) const;

    [[nodiscard]] const std::vector<std::string>& positionals() const { return positionals_; }

  private:
    friend Result<Arguments> parseArguments(std::string_view, std::span<const Option>,
                                            std::vector<std::string>);
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::vector<std::string> positionals_;
};

// Options may stand before, between and after positionals; "--" ends them. Failure: Usage, naming the option
// and the nearest known one. Not reentrant (getopt_long keeps global state).
Result<Arguments> parseArguments(std::string_view command, std::span<const Option> options,
                                 std::vector<std::string> words);

// The option part of a help text, one line each.
std::string optionHelp(std::span<const Option> options);

} // namespace cirque::cli
