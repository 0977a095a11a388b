// SPDX-License-Identifier: Apache-2.0
// What a run came to, gathered from its events. Pure; runs.hh reads it from disk, json.hh shows it.
#pragma once

#include "base/ids.hh"
#include "base/outcome.hh"
#include "base/time.hh"
#include "event/types/event.hh"
#include "history/feedback.hh"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cirque::history {

enum class RunState { Running, Finished, Interrupted };

// "running", "finished", "interrupted".
std::string_view toString(RunState state);

struct TrySummary {
    int attempt = 1;
    int number = 1;
    std::optional<Outcome> outcome; // none: it runs, or nobody knows
    Millis duration{0};
    std::int64_t bytes = 0;
    std::int64_t lines = 0;
    bool operator==(const TrySummary&) const = default;
};

struct StepSummary {
    std::string name;
    std::optional<Outcome> outcome; // of the last attempt
    Millis duration{0};             // of its last try
    std::vector<TrySummary> tries;  // in the order they began, over all attempts
    int starts = 0;                 // of a service in the last attempt
    std::optional<Millis> up;       // of a service: from its first start; none: it was not
    bool operator==(const StepSummary&) const = default;
};

struct JobSummary {
    std::string name;
    int number = 0; // in the order jobs entered the plan, from 1; names its folder of logs
    std::vector<std::string> needs;
    std::optional<Outcome> outcome;
    bool tolerated = false;
    int attempts = 0;
    std::string executor;
    std::optional<WallTime> started;
    Millis duration{0};            // from the first attempt's start to the verdict
    std::vector<TrySummary> setup; // what is done around the steps and has logs
    std::vector<StepSummary> steps;
    std::vector<StepSummary> services; // each has one try an attempt
    Feedback told;
    bool operator==(const JobSummary&) const = default;
};

struct ArtifactSummary {
    std::string job;
    std::string name;
    std::string path;
    std::int64_t bytes = 0;
    std::int64_t files = 0;
    std::string sha256;
    bool operator==(const ArtifactSummary&) const = default;
};

struct RunSummary {
    RunId id;
    std::string name;
    RunState state = RunState::Running;
    std::optional<WallTime> started;
    std::optional<WallTime> finished;
    Millis duration{0}; // up to the last event
    std::optional<Outcome> outcome;
    std::optional<int> exitStatus;
    std::string workflow;
    std::string tree;
    std::string version;
    std::string damage; // not empty: why its journal could not be read to the end
    std::vector<JobSummary> jobs;
    std::vector<ArtifactSummary> artifacts;
    bool operator==(const RunSummary&) const = default;

    [[nodiscard]] const JobSummary* findJob(std::string_view job) const;
};

// Feed it every event in order, then take the summary.
class Summarizer {
  public:
    explicit Summarizer(RunId run) { run_.id = std::move(run); }

    void add(const event::Event& event);

    // `alive`: the run's lock is held. Without run.finished a run that is not alive was interrupted, and so
    // was everything in it that had begun and not ended.
    RunSummary take(bool alive) &&;

  private:
    JobSummary* job(const std::string& name);
    StepSummary* step(const TryRef& ref);
    TrySummary* tryOf(const TryRef& ref);
    void on(const event::Event& event, const event::RunStarted& body);
    void on(const event::Event& event, const event::JobsAdded& body);
    void on(const event::Event& event, const event::JobStarted& body);
    void on(const event::Event& event, const event::JobFinished& body);
    void on(const event::Event& event, const event::StepStarted& body);
    void on(const event::Event& event, const event::StepRetrying& body);
    void on(const event::Event& event, const event::StepFinished& body);
    void on(const event::Event& event, const event::ServiceStarted& body);
    void on(const event::Event& event, const event::ServiceReady& body);
    void on(const event::Event& event, const event::ServiceStopped& body);
    void on(const event::Event& event, const event::LogProgress& body);
    void on(const event::Event& event, const event::ArtifactSaved& body);
    void on(const event::Event& event, const event::TestsReported& body);
    void on(const event::Event& event, const event::Annotation& body);
    void on(const event::Event& event, const event::SummaryWritten& body);
    void on(const event::Event& event, const event::RunFinished& body);

    RunSummary run_;
    std::unordered_map<std::string, std::size_t> jobs_; // name -> place in run_.jobs
    std::unordered_map<std::string, MonoTime> jobStarts_;
    std::map<TryRef, MonoTime> tryStarts_; // of tries whose end carries no duration
    std::optional<MonoTime> runStart_;
    bool ended_ = false;
};

} // namespace cirque::history
