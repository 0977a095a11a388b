// SPDX-License-Identifier: Apache-2.0
// A run that repeats another: its plan as it was recorded, and with `failed` what it need not do again.
#pragma once

#include "app/local/request.hh"
#include "history/layout.hh"
#include "history/record.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace cirque::app {

struct RerunOptions {
    RunId run;
    bool failed = false;           // only what did not end well
    bool currentTree = false;      // the tree may differ
    std::vector<std::string> jobs; // these and their needs; empty: all that the run was about
};

// The recorded plan of the run, read as any plan. Failure: InvalidPlan, and Unsupported for a run that ended
// before all its jobs were known.
Result<std::shared_ptr<const plan::Plan>> recordedPlan(const std::string& stateDir,
                                                       const history::RunRecord& record);

// Fills the plan, source, tree, selected jobs and `repeats` of a request, and what is settled as far as it is
// known before artifacts are looked at. Failure: Usage when the run still runs, or the tree is not known to
// be the same; those of recordedPlan and history::loadRecord. Stop: code Process.
io::Task<Result<void>> prepareRerun(RerunOptions options, LocalRequest* request, io::StopToken stop);

// What the new run reuses, and the sentences that people should see about it.
struct Reused {
    std::unordered_map<std::string, engine::Settled> settled;
    std::vector<std::pair<std::string, std::string>> notices; // job, text
};

// Without a look at artifacts.
Reused chooseReused(const history::RunRecord& record, const plan::Plan& plan);

// Takes the artifacts of what is reused over into `artifacts` (a folder of the new run); a job whose artifact
// is missing or damaged is not reused, nor one of `collected` (history::ReuseLimits). Failure: the new run's
// folder cannot be written, or stop (code Process).
io::Task<Result<Reused>> takeOver(std::shared_ptr<const history::RunRecord> record,
                                  std::shared_ptr<const plan::Plan> plan, std::string stateDir,
                                  std::string artifacts, std::set<std::string> collected, io::StopToken stop);

} // namespace cirque::app
