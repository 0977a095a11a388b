// SPDX-License-Identifier: Apache-2.0
// What a command is: a row in the table of cli/commands.cc and one file in cli/commands/.
#pragma once

#include "base/result.hh"
#include "cli/options.hh"
#include "config/environment.hh"
#include "config/settings.hh"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::cli {

// What every command gets; made once in main.
struct Context {
    config::Environment environment;
    config::Settings settings;
    std::string folder; // absolute; -C moves it
};

struct Command {
    std::string_view name;
    std::string_view usage;   // after the name: "[TARGET] [JOB...]"
    std::string_view summary; // one line
    std::span<const Option> options;
    // Returns the exit status, or an error that main prints and turns into one.
    Result<int> (*run)(const Context& context, const Arguments& arguments);
};

std::span<const Command> commands();

// Failure: Usage, with the nearest command.
Result<const Command*> requireCommand(std::string_view name);

// Writes to standard output; an error (a closed pipe excepted) becomes exit status 3 in main.
Result<void> print(std::string_view text);

// "cirque: error: ..." and the hint, to standard error, as plainLines() has them.
void printError(const Error& error);

// A warning or a trace of the evaluation, to standard error, as plainLines() has it; empty lines are left
// out.
void printNote(std::string_view text);

// 2 for usage, evaluation, plan and unsupported; 1 for provider and build; 3 for the rest
// (docs/contracts.md).
int exitStatus(ErrorCode code);

std::string helpText();
std::string settingsText();
std::string helpText(const Command& command);

inline constexpr std::string_view version = CIRQUE_VERSION;

} // namespace cirque::cli
