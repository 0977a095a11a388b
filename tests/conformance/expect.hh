// SPDX-License-Identifier: Apache-2.0
// What a case expects of its run, compared with what `cirque show --json`, the journal and the log files say.
#pragma once

#include "tests/conformance/case.hh"
#include "tests/functional/support/project.hh"

namespace cirque::conformance {

// `place`: the kind at which every job has to run that names no executor itself.
void checkRun(const Case& given, const test::Project& project, const test::Ran& ran, std::string_view place);

} // namespace cirque::conformance
