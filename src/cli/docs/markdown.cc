// SPDX-License-Identifier: Apache-2.0
#include "cli/docs/manual.hh"

#include <fmt/format.h>

namespace cirque::cli {
namespace {

// A cell of a table.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '|' ? std::string("\\|") : std::string(1, c);
    }
    return out;
}

std::string body(std::string_view text) {
    std::string out;
    for (const Block& block : blocksOf(text)) {
        out +=
            block.isExample ? fmt::format("```\n{}\n```\n\n", block.text) : fmt::format("{}\n\n", block.text);
    }
    return out;
}

std::string optionRow(const Option& option) {
    std::string label = option.letter != 0 ? fmt::format("`-{}`, ", option.letter) : "";
    const std::string argument = option.argument.empty() ? "" : fmt::format(" {}", option.argument);
    label += cell(fmt::format("`--{}{}`", option.name, argument));
    return fmt::format("| {} | {} |\n", label, cell(option.doc));
}

std::string section(const Command& command) {
    std::string out = fmt::format("## cirque {}\n\n    cirque {} {}{}[OPTION...]\n\n", command.name,
                                  command.name, command.usage, command.usage.empty() ? "" : " ");
    const std::string_view text = textOf(command.name);
    out += text.empty() ? fmt::format("{}.\n\n", command.summary) : body(text);
    out += "| option | |\n|---|---|\n";
    for (const Option& option : command.options) {
        out += optionRow(option);
    }
    return out + "\n";
}

} // namespace

std::string referencePage(std::span<const Command> commands, std::span<const config::SettingInfo> settings) {
    std::string out = "# The command line\n\n"
                      "Made from the command table by `cirque __docs markdown`; a test compares.\n\n";
    out += body(textOf("cirque"));
    out += "| command | |\n|---|---|\n";
    for (const Command& command : commands) {
        out += fmt::format("| [{0}](#cirque-{0}) | {1} |\n", command.name, cell(command.summary));
    }
    out += "\n";
    for (const Command& command : commands) {
        out += section(command);
    }
    out += "## Exit status\n\n| status | meaning |\n|---|---|\n";
    for (const ExitMeaning& meaning : exitMeanings()) {
        out += fmt::format("| {} | {} |\n", meaning.status, cell(meaning.meaning));
    }
    out += "\n## Settings\n\nSettings come from the environment.\n\n| variable | what | default "
           "|\n|---|---|---|\n";
    for (const config::SettingInfo& setting : settings) {
        out += fmt::format("| `{}` | {} | {} |\n", setting.variable, cell(setting.doc),
                           cell(setting.defaultText));
    }
    return out;
}

} // namespace cirque::cli
