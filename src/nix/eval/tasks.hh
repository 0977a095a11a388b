// SPDX-License-Identifier: Apache-2.0
// What is asked of a flake, and how its answers come back: the expression that nix/lib/flake-attributes.nix
// becomes, and the records it writes to stderr as each task is begun and done. Pure.
#pragma once

#include "base/json.hh"
#include "nix/eval/flake.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cirque::nix {

// An expression for standard input. `tasks`: objects as flake-attributes.nix says. `mark` begins each record;
// a new one for each evaluation, so that no flake can write records of its own.
std::string taskExpression(const LockedFlake& flake, const JsonArray& tasks, std::string_view mark);

struct TaskBegun {
    std::size_t index = 0; // in the tasks of this evaluation
};

struct TaskDone {
    std::size_t index = 0;
    Json value;
};

using TaskRecord = std::variant<TaskBegun, TaskDone>;

// nullopt: the line is something else. `line` without its line break.
std::optional<TaskRecord> parseTaskRecord(std::string_view line, std::string_view mark);

} // namespace cirque::nix
