// SPDX-License-Identifier: Apache-2.0
// Which parts of a valid plan this version cannot run. Accepted by the schema, refused before the run, by
// name. Pure.
#pragma once

#include "plan/parse.hh"

#include <span>
#include <string_view>
#include <vector>

namespace cirque::plan {

// One problem for each part, in the order of the jobs; empty: everything can run. `executorKinds` are the
// places there are; `system` is theirs ("x86_64-linux"); a job without a system fits any.
std::vector<Problem> unsupportedParts(const Plan& plan, std::span<const std::string_view> executorKinds,
                                      std::string_view system);

} // namespace cirque::plan
