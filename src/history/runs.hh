// SPDX-License-Identifier: Apache-2.0
// Runs from disk: one by its id or the first characters of it, or the newest ones. Everything here blocks. A
// damaged run is a run with `damage` set, never an error for the others.
#pragma once

#include "base/result.hh"
#include "history/layout.hh"
#include "history/summary.hh"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::history {

// The summary that was kept when the run ended, else gathered from its journal (and then kept, when it can
// be). NotFound when there is no such run.
Result<RunSummary> loadRun(const std::string& stateDir, const RunId& run);

// The newest `limit` runs, newest first.
Result<std::vector<RunSummary>> loadRuns(const std::string& stateDir, std::size_t limit);

// The run whose id begins with `prefix`. Error NotFound when there is none, or several, which it then names.
Result<RunId> findRun(const std::string& stateDir, std::string_view prefix);

// Keeps a summary for the next reader. For the process that ran the run, after run.finished.
Result<void> saveSummary(const RunFolder& folder, const RunSummary& run);

} // namespace cirque::history
