// SPDX-License-Identifier: Apache-2.0
// What a job's test reports mean for the job. Pure.
#pragma once

#include "base/outcome.hh"
#include "event/types/event.hh"
#include "plan/types.hh"

#include <optional>
#include <string>
#include <vector>

namespace cirque::engine {

// What was read for one entry of a job's reports: one file or log, or the files of a pattern.
struct ReportsRead {
    std::vector<event::TestsReported> tests; // those that could be read
    std::vector<std::string> problems;       // what could not, and what is not whole: a sentence each
    std::string hint;                        // for the first problem
};

// "report 'junit.xml'", "the report of step 'unit'".
std::string describe(const plan::Report& report);

// Failed, with the reason, when the job may not count as succeeded: something could not be read, a test
// failed, or there is no test at all. The last two only with failOnFailedTests.
std::optional<Outcome> reportVerdict(const plan::Report& report, const ReportsRead& read);

} // namespace cirque::engine
