// SPDX-License-Identifier: Apache-2.0
// The output of `go test -json` (cmd/test2json): one JSON record per line. Other lines, such as what go
// itself prints, are passed over, but not a record that is broken.
#pragma once

#include "feedback/report.hh"

#include <string_view>

namespace cirque::feedback {

// Leaves are counted: of a test with subtests these, unless it failed for a reason of its own. A package that
// fails without a failing test (it does not build, exits by itself, leaks) is one failure, with what it
// printed. A package that began and has no result is a flaw. Failure: there is no such record, or
// one is broken off or malformed.
Result<TestReport> parseGoTest(std::string_view bytes, const Texts& texts = {});

// Whether this line alone makes a text the output of `go test -json`.
bool isGoTestLine(std::string_view line);

} // namespace cirque::feedback
