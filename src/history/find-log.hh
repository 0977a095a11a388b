// SPDX-License-Identifier: Apache-2.0
// From what a person types after `cirque logs RUN` to the logs that are meant. Pure.
#pragma once

#include "base/ids.hh"
#include "base/result.hh"
#include "history/summary.hh"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::history {

struct LogEntry {
    TryRef ref;
    std::string step; // its name; empty for what is done around the steps
    std::string base; // below the run's folder, without .log or .idx
};

// What an address names, whether or not it printed anything.
struct LogScope {
    std::string job;         // empty: the whole run
    std::optional<int> step; // as in TryRef; none: the whole job
};

// As findLog reads it. Error NotFound, with the nearest names.
Result<LogScope> findScope(const RunSummary& run, std::string_view address);

// "": every log of the run. "JOB": every log of the job. "JOB/STEP": every try of the step, where STEP is the
// name of a step, else of a service ("services.NAME" is always the service), else a number from 1. The
// longest job name that fits wins. A try that never began has no log. Error NotFound, with the nearest names.
Result<std::vector<LogEntry>> findLog(const RunSummary& run, std::string_view address);

// The address of one step, as findLog reads it: by name, or by number when the name is not unique.
std::string logAddress(const JobSummary& job, std::size_t step);

} // namespace cirque::history
