// SPDX-License-Identifier: Apache-2.0
// What the steps of a job told, as lines of the page of `cirque show`. Pure.
#pragma once

#include "history/summary.hh"

#include <string>

namespace cirque::cli {

// Tests with the failed ones by name, then annotations, indented below the job; empty: nothing was told.
std::string toldBelow(const history::JobSummary& job);

// The summaries of all jobs with a heading for each; empty: there are none.
std::string summariesOf(const history::RunSummary& run);

} // namespace cirque::cli
