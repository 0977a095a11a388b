// SPDX-License-Identifier: Apache-2.0
#include "cli/docs/manual.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <array>

namespace cirque::cli {
namespace {

constexpr std::string_view indent = "    ";

constexpr std::array<ExitMeaning, 6> meanings{{
    {"0", "good: every job succeeded, was cached, was skipped by its own condition, or failed under "
          "continueOnError"},
    {"1", "a job failed (also: an environment provider failed, a needed build failed)"},
    {"2", "wrong command line, workflow or plan, or something this version cannot run"},
    {"3",
     "the system failed, not your code: Nix absent, disk full, state folder unwritable, bash or git missing"},
    {"124", "the workflow's deadline"},
    {"129, 130, 143", "interrupted (HUP, INT, TERM)"},
}};

} // namespace

std::string_view textOf(std::string_view command) {
    const std::string wanted = fmt::format("{}.txt", command);
    for (const CommandText& known : commandTexts()) {
        if (known.path == wanted) {
            return known.text;
        }
    }
    return "";
}

std::vector<Block> blocksOf(std::string_view text) {
    std::vector<Block> out;
    bool open = false; // the last block may go on
    for (const std::string_view line : split(text, '\n')) {
        if (trim(line).empty()) {
            open = false;
            continue;
        }
        const bool isExample = line.starts_with(indent);
        const std::string_view shown = isExample ? line.substr(indent.size()) : trim(line);
        if (!open || out.back().isExample != isExample) {
            out.push_back({std::string(shown), isExample});
        } else {
            out.back().text += fmt::format("{}{}", isExample ? "\n" : " ", shown);
        }
        open = true;
    }
    return out;
}

std::span<const ExitMeaning> exitMeanings() {
    return meanings;
}

} // namespace cirque::cli
