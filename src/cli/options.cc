// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <getopt.h>

#include <algorithm>

namespace cirque::cli {
namespace {

// getopt reports a long option by this plus its index, above every letter.
constexpr int longBase = 1000;

Error unknownOption(std::string_view command, std::span<const Option> options, std::string_view word) {
    std::vector<std::string_view> names;
    for (const Option& option : options) {
        names.push_back(option.name);
    }
    std::string_view bare = word;
    bare.remove_prefix(std::min(bare.find_first_not_of('-'), bare.size()));
    bare = bare.substr(0, bare.find('='));
    const std::string_view near = nearest(bare, names);
    Error error{ErrorCode::Usage, fmt::format("cirque {}: unknown option {}", command, word), {}, {}};
    error.hint =
        near.empty() ? fmt::format("see 'cirque help {}'", command) : fmt::format("did you mean --{}?", near);
    return error;
}

struct Table {
    std::string letters = ":"; // errors are worded here, not by getopt
    std::vector<::option> longs;
    std::vector<std::string> names; // what longs point into
};

Table makeTable(std::span<const Option> options) {
    Table table;
    table.names.reserve(options.size());
    for (std::size_t i = 0; i < options.size(); ++i) {
        const Option& option = options[i];
        const bool takes = !option.argument.empty();
        table.names.emplace_back(option.name);
        table.longs.push_back({table.names.back().c_str(), takes ? required_argument : no_argument, nullptr,
                               longBase + static_cast<int>(i)});
        if (option.letter != 0) {
            table.letters += option.letter;
            table.letters += takes ? ":" : "";
        }
    }
    table.longs.push_back({nullptr, 0, nullptr, 0});
    return table;
}

const Option* findOption(std::span<const Option> options, int code) {
    if (code >= longBase) {
        return &options[static_cast<std::size_t>(code - longBase)];
    }
    for (const Option& option : options) {
        if (option.letter != 0 && option.letter == code) {
            return &option;
        }
    }
    return nullptr;
}

// "--name" of an option that takes two words becomes one word of three: getopt knows one value only.
std::vector<std::string> joinPairs(std::span<const Option> options, std::vector<std::string> words) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--") {
            out.insert(out.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
            break;
        }
        const auto isNamed = [&](const Option& option) {
            return option.argument.contains(' ') && words[i] == fmt::format("--{}", option.name);
        };
        if (i + 2 < words.size() && std::ranges::any_of(options, isNamed)) {
            out.push_back(fmt::format("{}={}\n{}", words[i], words[i + 1], words[i + 2]));
            i += 2;
        } else {
            out.push_back(std::move(words[i]));
        }
    }
    return out;
}

} // namespace

std::string Arguments::get(std::string_view option, std::string fallback) const {
    const auto& values = all(option);
    if (!values.empty()) {
        fallback = values.back();
    }
    return fallback;
}

const std::vector<std::string>& Arguments::all(std::string_view option) const {
    static const std::vector<std::string> none;
    const auto found = values_.find(option);
    return found == values_.end() ? none : found->second;
}

Result<Arguments> parseArguments(std::string_view command, std::span<const Option> options,
                                 std::vector<std::string> words) {
    words = joinPairs(options, std::move(words));
    const Table table = makeTable(options);
    std::string program = "cirque";
    std::vector<char*> argv{program.data()};
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    const int argc = static_cast<int>(argv.size()) - 1;

    Arguments out;
    optind = 0; // a fresh scan (glibc)
    opterr = 0;
    while (true) {
        const int code = getopt_long(argc, argv.data(), table.letters.c_str(), table.longs.data(), nullptr);
        if (code == -1) {
            break;
        }
        if (code == '?') {
            const std::string word = optopt > 0 && optopt < longBase
                                         ? fmt::format("-{}", static_cast<char>(optopt))
                                         : argv[optind - 1];
            if (optopt >= longBase) {
                return fail(ErrorCode::Usage,
                            fmt::format("cirque {}: --{} takes no value", command,
                                        options[static_cast<std::size_t>(optopt - longBase)].name));
            }
            return fail(unknownOption(command, options, word));
        }
        if (code == ':') {
            const Option* option = findOption(options, optopt);
            return fail(ErrorCode::Usage, fmt::format("cirque {}: --{} needs a value: {}", command,
                                                      option->name, option->argument));
        }
        const Option* option = findOption(options, code);
        out.values_[std::string(option->name)].emplace_back(option->argument.empty() ? "" : optarg);
    }
    for (int i = optind; i < argc; ++i) {
        out.positionals_.emplace_back(argv[i]);
    }
    return out;
}

std::string optionHelp(std::span<const Option> options) {
    std::string out;
    for (const Option& option : options) {
        std::string left = option.letter != 0 ? fmt::format("-{}, ", option.letter) : "    ";
        left += fmt::format("--{}", option.name);
        if (!option.argument.empty()) {
            left += fmt::format(" {}", option.argument);
        }
        out += fmt::format("  {:<26} {}\n", left, option.doc);
    }
    return out;
}

} // namespace cirque::cli
