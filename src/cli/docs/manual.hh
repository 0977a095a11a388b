// SPDX-License-Identifier: Apache-2.0
// Everything the program says about itself, from the command table, the settings and one text per command
// (src/cli/commands/NAME.txt): help, man pages in roff(7) with the macros of man(7), and the reference page.
// Pure.
//
// A text is paragraphs with an empty line between them; a paragraph whose lines begin with four spaces is an
// example and stays as it is.
#pragma once

#include "cli/command.hh"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::cli {

struct CommandText {
    std::string_view path; // "run.txt"
    std::string_view text;
};

// Sorted by path; made from src/cli/commands/*.txt when the program is built.
std::span<const CommandText> commandTexts();

// The text of a command, or "" when it has none. "cirque" has the text about all of them.
std::string_view textOf(std::string_view command);

struct Block {
    std::string text; // without the four spaces; lines of a paragraph are joined by a space
    bool isExample = false;
};

std::vector<Block> blocksOf(std::string_view text);

struct ManPage {
    std::string name; // "cirque-run.1"
    std::string text;
};

// cirque(1) and a page for each command.
std::vector<ManPage> manPages(std::span<const Command> commands,
                              std::span<const config::SettingInfo> settings);

// docs/reference/cli.md.
std::string referencePage(std::span<const Command> commands, std::span<const config::SettingInfo> settings);

struct ExitMeaning {
    std::string_view status;
    std::string_view meaning;
};

// docs/contracts.md, "Outcome".
std::span<const ExitMeaning> exitMeanings();

} // namespace cirque::cli
