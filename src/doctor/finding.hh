// SPDX-License-Identifier: Apache-2.0
// What `cirque doctor` found: one line of fact for each thing that was tried, what it means and what to do.
// Pure.
#pragma once

#include "base/json.hh"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::doctor {

// Problem: nothing runs here until it is mended. Warning: some of it does not.
enum class Health { Ok, Warning, Problem };

struct Finding {
    std::string check; // "git", "nix store"
    Health health = Health::Ok;
    std::string fact;    // what was seen
    std::string meaning; // of a warning or problem: what cannot be done
    std::string remedy;  // what to install or do
};

// "ok", "warning", "problem".
std::string_view toString(Health health);

bool canRun(std::span<const Finding> findings);

// For people; with SGR colours when `colour`.
std::string toText(std::span<const Finding> findings, bool colour);

// docs/reference/json.md, "cirque doctor --json".
JsonObject toJson(std::span<const Finding> findings);

} // namespace cirque::doctor
