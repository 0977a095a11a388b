// SPDX-License-Identifier: Apache-2.0
// A run as JUnit XML, for forges and dashboards that read it: one suite for each job, one case for each step,
// and the test reports of a job as suites inside its own (only failed tests are known by name). Pure.
//
// A step that failed is a failure; what was the system's doing, and what was cancelled or interrupted, is an
// error; what did not run is skipped. Under continueOnError nothing is a failure: the run is not red, so its
// report is not. A job that failed in none of its steps has one more case, named by the job.
#pragma once

#include "history/summary.hh"

#include <functional>
#include <string>

namespace cirque::report {

// The end of what a step printed last; empty: nothing.
using StepOutput = std::function<std::string(const history::JobSummary& job, std::size_t step)>;

std::string toJunit(const history::RunSummary& run, const StepOutput& output);

} // namespace cirque::report
