// SPDX-License-Identifier: Apache-2.0
// What a case expects of its run, compared with what `cirque show --json`, the journal and the log files say.
#pragma once

#include "tests/conformance/case.hh"
#include "tests/functional/support/project.hh"

namespace cirque::conformance {

void checkRun(const Case& given, const test::Project& project, const test::Ran& ran);

} // namespace cirque::conformance
