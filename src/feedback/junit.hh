// SPDX-License-Identifier: Apache-2.0
// JUnit XML as surefire, gtest, pytest, jest-junit, go-junit-report, nextest and CTest write it: <testsuites>
// or <testsuite> at the root, suites in suites, <testcase> with <failure>, <error> or <skipped>.
#pragma once

#include "feedback/report.hh"

#include <string_view>

namespace cirque::feedback {

inline constexpr std::int64_t mostTests = 10'000'000;

// A test case counts once, as failed when there is a failure or an error in it. An error of a suite itself
// counts as a failure named by the suite. When a suite says that more of its tests failed than it lists, the
// number it says counts. When it says that it has more tests than it lists, the report has a flaw; skipped
// ones need not be listed, and the number of Catch2 and doctest, who count assertions, is not used. Failure:
// malformed XML, another root element, or a count of a suite that is none.
Result<TestReport> parseJunit(std::string_view bytes, const Texts& texts = {});

} // namespace cirque::feedback
