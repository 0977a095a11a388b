// SPDX-License-Identifier: Apache-2.0
// What a text must look like for each type of the schema. Pure.
#pragma once

#include "plan/schema.hh"

#include <string>
#include <string_view>

namespace cirque::plan {

// What is wrong with `text` as a value of `type`, as a phrase that goes on from "'text' "; "" when nothing
// is. Object, list and number types are not asked here.
std::string formatProblem(Type type, std::string_view text);

// A variable that Cirque sets itself, which no plan may set: CIRQUE, JOB_NAME, NEEDS_*, MATRIX_*, ... (not
// CI).
bool isReservedVariable(std::string_view name);

// Linux refuses one environment string (name=value and its end) or argument longer than this
// (MAX_ARG_STRLEN).
inline constexpr std::size_t longestEnvString = 131'072;

} // namespace cirque::plan
