// SPDX-License-Identifier: Apache-2.0
// The parts of the final screen. Private to report/finish. Each appends whole lines, or nothing.
#pragma once

#include "report/finish/finish.hh"

namespace cirque::report::finish {

void appendTests(std::string& out, const RunModel& model, const FinishOptions& options);
void appendAnnotations(std::string& out, const RunModel& model, const FinishOptions& options);
void appendSummaries(std::string& out, const RunModel& model, const FinishOptions& options);
void appendFailures(std::string& out, const RunModel& model, const FinishOptions& options);
void appendTable(std::string& out, const RunModel& model, const FinishOptions& options);

// A line cut to the terminal, when there is one.
std::string cut(std::string text, const FinishOptions& options);

} // namespace cirque::report::finish
