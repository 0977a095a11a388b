// SPDX-License-Identifier: Apache-2.0
// The end of a run as text, the same for every view: what tests, annotations and summaries said, the last
// lines of what failed and what to type next, the table of jobs, and one verdict. Pure.
#pragma once

#include "report/model/model.hh"

#include <cstddef>
#include <string>

namespace cirque::report {

struct FinishOptions {
    bool colour = false;
    std::size_t columns = 0;         // of the terminal; 0: no limit
    std::size_t failuresInFull = 10; // how many failed steps show their last lines
};

// Whole lines, beginning with an empty one. `event` holds the run.finished `body`.
std::string finalScreen(const RunModel& model, const event::Event& event, const event::RunFinished& body,
                        const FinishOptions& options);

// A step's name as `cirque logs` reads it: "JOB/STEP", by number when the name is not unique.
std::string logAddress(const JobModel& job, int step);

} // namespace cirque::report
