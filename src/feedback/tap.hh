// SPDX-License-Identifier: Apache-2.0
// The Test Anything Protocol, versions 13 and 14, as a program prints it: lines of other kinds are passed
// over.
#pragma once

#include "feedback/report.hh"

#include <string_view>

namespace cirque::feedback {

inline constexpr std::size_t deepestSubtest = 16;

// Leaves are counted: of a test with subtests these, unless it failed for a reason of its own. "not ok" with
// TODO counts as skipped, whatever its subtests say; with SKIP it is a failure, and so are the failed
// subtests of a test with SKIP. "1..0 # SKIP" is one skip, "1..0" alone no test. A missing, second or
// unfulfilled plan, a number given twice or beyond the plan, a bail out and a subtest that is broken off are
// a flaw. Failure: nothing in it is TAP.
Result<TestReport> parseTap(std::string_view bytes, const Texts& texts = {});

// Whether this line alone makes a text TAP.
bool isTapLine(std::string_view line);

} // namespace cirque::feedback
