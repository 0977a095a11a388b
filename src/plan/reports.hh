// SPDX-License-Identifier: Apache-2.0
// Which step of a job a report's `step` means. Pure.
#pragma once

#include "plan/types.hh"

#include <optional>
#include <string_view>

namespace cirque::plan {

// The only step of that name; when no step has it, the step with that number from 1. nullopt: none, or the
// name stands for several.
std::optional<int> findStep(const Job& job, std::string_view step);

// By number alone; does not look at names.
std::optional<int> numberedStep(const Job& job, std::string_view number);

} // namespace cirque::plan
