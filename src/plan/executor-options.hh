// SPDX-License-Identifier: Apache-2.0
// What can be said of each kind of place: one table for each, "<kind> options", part of the schema.
#pragma once

#include "base/json.hh"
#include "plan/schema.hh"

#include <string>
#include <vector>

namespace cirque::plan {

// In the order of the reference page.
std::vector<ObjectKind> executorOptionKinds();

// `local` with `sandbox = true` is another way to write `sandbox` with the other options: whoever reads a
// kind with its options reads them through this. An option of the wrong type stays, for the checker to name.
void settlePlace(std::string& kind, JsonObject& options);

} // namespace cirque::plan
