// SPDX-License-Identifier: Apache-2.0
// What can be said of each kind of place: one table for each, "<kind> options", part of the schema.
#pragma once

#include "plan/schema.hh"

#include <vector>

namespace cirque::plan {

// In the order of the reference page.
std::vector<ObjectKind> executorOptionKinds();

} // namespace cirque::plan
