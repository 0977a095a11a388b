// SPDX-License-Identifier: Apache-2.0
// A workflow's parameters: what is given is checked and put where it is referenced. Pure.
#pragma once

#include "base/result.hh"
#include "plan/types.hh"

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace cirque::plan {

// Why `text` is not a value of the parameter, as a phrase that goes on from "'text' "; "" when it is one.
std::string paramProblem(const Param& param, std::string_view text);

// Replaces every reference to a parameter in env and matrix axes by its value: the last one given, else the
// default. The plan has no parameters then. Unknown, missing and unfit values are one error (Usage) that
// names them all; the plan is then unchanged.
Result<void> bindParams(Plan& plan, std::span<const std::pair<std::string, std::string>> given);

} // namespace cirque::plan
