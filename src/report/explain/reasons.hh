// SPDX-License-Identifier: Apache-2.0
// The parts of an explanation that look at other jobs: who decided, and over which needs. Pure.
#pragma once

#include "history/timeline.hh"
#include "plan/types.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::report {

// 'a' -> "'a'"; 'a', 'b', 'c' -> "'a', 'b' and 'c'".
std::string listed(const std::vector<std::string>& names);

// The condition as it is written in a workflow: "failure()", "bash `test -f x`".
std::string conditionWords(const plan::Condition& condition);

// Why a job was skipped, as the end of a sentence that begins with "it was skipped: ", and the jobs over
// which that came about are put into `path`, the skipped one first.
std::string skipWords(const history::Timeline& timeline, const plan::Plan* plan, const history::JobSpan& job,
                      std::vector<std::string>& path);

// The plan's job for a job of a run: itself, or the one whose matrix made it. Null: there is none.
const plan::Job* plannedJob(const plan::Plan* plan, const history::JobSpan& job);

// The nearest job among all `job` needs, directly or not, that failed and was not tolerated; the way there in
// `path`.
const history::JobSpan* failedNeed(const history::Timeline& timeline, const history::JobSpan& job,
                                   std::vector<std::string>& path);

} // namespace cirque::report
