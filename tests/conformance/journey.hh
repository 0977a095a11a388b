// SPDX-License-Identifier: Apache-2.0
// The journey of one case: a project of its own, a run at the target, the look at what came of it and at what
// it left. Failures are GoogleTest's.
#pragma once

#include "tests/conformance/case.hh"
#include "tests/conformance/targets/target.hh"

namespace cirque::conformance {

// What the run said, for the reader of a failure.
std::string runCase(const Case& given, Target& target);

} // namespace cirque::conformance
