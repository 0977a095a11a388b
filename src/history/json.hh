// SPDX-License-Identifier: Apache-2.0
// The JSON that `runs`, `show`, `logs` and `artifacts` print (docs/reference/json.md), and its way back for
// the kept summary of a run. Pure.
#pragma once

#include "base/json.hh"
#include "event/journal/log-file.hh"
#include "history/find-log.hh"
#include "history/summary.hh"

#include <span>
#include <string>

namespace cirque::history {

inline constexpr int jsonVersion = 1;

// {"version": 1, "runs": [...]}, in the order given.
JsonObject runsToJson(std::span<const RunSummary> runs);
// {"version": 1, "run": {...}}: also what summary.json holds.
JsonObject runToJson(const RunSummary& run);
// {"version": 1, "run": "<id>", "artifacts": [...]}.
JsonObject artifactsToJson(const RunSummary& run);

// {"version": 1, "run": "<id>", "logs": [{job, step, ..., "lines": [...]}]} in pieces, so that a long log
// need not fit in memory: the begin, for each try its begin, its lines, its end, then the end.
class LogsJson {
  public:
    void begin(std::string& out, const RunId& run);
    void beginTry(std::string& out, const LogEntry& entry);
    // `number` counts from 1.
    void line(std::string& out, std::int64_t number, const event::LogLine& line);
    void endTry(std::string& out);
    void end(std::string& out);

  private:
    bool firstTry_ = true;
    bool firstLine_ = true;
};

// The way back from runToJson. Error Corrupt when it is not that.
Result<RunSummary> parseRun(const Json& json);

} // namespace cirque::history
