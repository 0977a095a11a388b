// SPDX-License-Identifier: Apache-2.0
// What of a run matters to a run that repeats it: how each job ended and what it gave. From the journal
// alone, because a kept summary leaves results out.
#pragma once

#include "base/ids.hh"
#include "base/outcome.hh"
#include "base/result.hh"
#include "event/types/event.hh"
#include "history/layout.hh"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cirque::history {

struct JobRecord {
    std::optional<Outcome> outcome; // none: it had not ended
    bool tolerated = false;
    std::vector<std::pair<std::string, std::string>> results; // of the attempt that ended it, as journaled
    std::vector<event::ArtifactSaved> artifacts;              // the last of each name
    std::string reusedFrom;
    std::string matrix; // the job whose matrix made it
};

struct RunRecord {
    RunId id;
    std::string workflow;
    std::string tree;
    std::string treeHash;     // empty also when it is not that of what the jobs were given
    bool treeChanged = false; // while the run began
    bool planComplete = false;
    std::map<std::string, JobRecord> jobs; // all that were known
};

// Feed it every event in order.
class Recorder {
  public:
    explicit Recorder(RunId run) { record_.id = std::move(run); }

    void add(const event::Event& event);

    RunRecord take() && { return std::move(record_); }

  private:
    void on(const event::RunStarted& body);
    void on(const event::JobsAdded& body);
    void on(const event::PlanCompleted& body);
    void on(const event::JobStarted& body);
    void on(const event::ArtifactSaved& body);
    void on(const event::ResultExported& body);
    void on(const event::JobFinished& body);

    RunRecord record_;
};

// Blocks. Failures: those of event::readJournal.
Result<RunRecord> loadRecord(const std::string& stateDir, const RunId& run);

} // namespace cirque::history
