// SPDX-License-Identifier: Apache-2.0
// A run as people are shown it, gathered from its events and log bytes: a tree of jobs and steps with what
// each is at. Pure; every view and the final screen read it. (history/summary is what is kept; this also
// knows what is under way, and the last bytes of each log.)
#pragma once

#include "event/types/event.hh"
#include "report/model/tail.hh"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cirque::report {

enum class JobState { Waiting, Queued, Running, Ended };

// The pause before the next try or attempt.
struct Pause {
    int next = 0; // its number
    int of = 0;
    MonoTime until;
};

struct StepModel {
    std::string name;
    int tryNumber = 0; // the last that began; 0: none, or it was skipped
    bool running = false;
    MonoTime started; // of the first try of this attempt
    std::optional<Pause> pause;
    std::optional<Outcome> outcome;
    Millis duration{0};
};

struct ServiceModel {
    std::string name;
    int starts = 0; // of this attempt
    bool up = false;
    std::optional<Outcome> outcome; // of its end, for good
};

struct Failure {
    int step = 0; // as in TryRef: a service can fail too
    Outcome outcome;
    bool printed = false;           // the step printed something
    std::vector<std::string> lines; // its last ones; none of the hundredth failure and later
};

struct JobModel {
    std::string name;
    std::vector<std::string> needs;
    std::string by; // the job whose matrix made it
    std::vector<StepModel> steps;
    std::vector<ServiceModel> services;
    JobState state = JobState::Waiting;
    int attempt = 0;
    std::optional<MonoTime> started; // its first attempt
    std::optional<Pause> pause;
    bool provisioning = false;
    std::optional<event::BuildProgress> build;
    std::optional<Outcome> outcome;
    bool tolerated = false;
    bool cancelling = false;
    std::string reusedFrom;
    Millis duration{0};
    std::optional<Millis> expected; // what it took in former runs
    std::vector<Failure> failures;  // of its last attempt
    std::int64_t testsPassed = 0;
    std::int64_t testsFailed = 0;
    std::int64_t testsSkipped = 0;

    // The step of TryRef of the service that is waited for: before the steps the first that is not up, after
    // them the last that has not ended. None: no service is.
    [[nodiscard]] std::optional<int> awaitedService() const;

    [[nodiscard]] bool bad() const { return outcome && outcome->failed() && !tolerated; }
};

struct Counts {
    std::size_t waiting = 0; // also: queued
    std::size_t running = 0;
    std::size_t good = 0; // succeeded or cached
    std::size_t cached = 0;
    std::size_t failed = 0;
    std::size_t tolerated = 0;
    std::size_t skipped = 0;
    std::size_t cancelled = 0; // also: interrupted
};

class RunModel {
  public:
    void add(const event::Event& event);
    void log(const TryRef& ref, std::string_view bytes);
    // What jobs took in former runs, by name; also for jobs that are still to come.
    void expect(std::unordered_map<std::string, Millis> durations);

    [[nodiscard]] const std::vector<JobModel>& jobs() const { return jobs_; } // in the order of the plan

    [[nodiscard]] const JobModel* find(std::string_view job) const;
    // Its place in the order of the plan, from 1; 0: no such job.
    [[nodiscard]] int jobNumber(std::string_view job) const;
    [[nodiscard]] Counts counts() const;
    // The tail of a step's last try (-1: of what is done around the steps); null: it printed nothing.
    [[nodiscard]] const Tail* tail(const JobModel& job, int step) const;
    // Its name, or its number from 1 when it has none. A service has its name too.
    [[nodiscard]] std::string stepName(const TryRef& ref) const;

    [[nodiscard]] const RunId& run() const { return run_; }

    [[nodiscard]] const std::string& name() const { return name_; }

    [[nodiscard]] const std::string& workflow() const { return workflow_; }

    [[nodiscard]] MonoTime started() const { return started_; }

    [[nodiscard]] bool cancelling() const { return cancelling_; }

    [[nodiscard]] const std::optional<event::EvaluationFinished>& evaluation() const { return evaluation_; }

    [[nodiscard]] const std::vector<event::TestsReported>& tests() const { return tests_; }

    [[nodiscard]] const std::vector<event::Annotation>& annotations() const { return annotations_; }

    [[nodiscard]] std::size_t annotationsLeftOut() const { return annotationsLeftOut_; }

    [[nodiscard]] const std::vector<event::SummaryWritten>& summaries() const { return summaries_; }

    // Rises with everything that could change what is shown.
    [[nodiscard]] std::uint64_t version() const { return version_; }

  private:
    void on(const event::Event& event, const event::RunStarted& body);
    void on(const event::Event& event, const event::EvaluationFinished& body);
    void on(const event::Event& event, const event::JobsAdded& body);
    void on(const event::Event& event, const event::JobQueued& body);
    void on(const event::Event& event, const event::JobStarted& body);
    void on(const event::Event& event, const event::JobRetrying& body);
    void on(const event::Event& event, const event::JobFinished& body);
    void on(const event::Event& event, const event::ProvisionStarted& body);
    void on(const event::Event& event, const event::ProvisionFinished& body);
    void on(const event::Event& event, const event::BuildProgress& body);
    void on(const event::Event& event, const event::StepStarted& body);
    void on(const event::Event& event, const event::StepRetrying& body);
    void on(const event::Event& event, const event::StepFinished& body);
    void on(const event::Event& event, const event::ServiceStarted& body);
    void on(const event::Event& event, const event::ServiceReady& body);
    void on(const event::Event& event, const event::ServiceStopped& body);
    void on(const event::Event& event, const event::Annotation& body);
    void on(const event::Event& event, const event::TestsReported& body);
    void on(const event::Event& event, const event::SummaryWritten& body);
    void on(const event::Event& event, const event::CancelRequested& body);
    JobModel* job(const std::string& name);
    StepModel* step(const TryRef& ref);
    ServiceModel* service(const TryRef& ref);
    void keepFailure(JobModel& job, const TryRef& ref, const Outcome& outcome);
    void dropTails(const JobModel& job);

    RunId run_;
    std::string name_;
    std::string workflow_;
    MonoTime started_;
    bool cancelling_ = false;
    std::optional<event::EvaluationFinished> evaluation_;
    std::vector<JobModel> jobs_;
    std::unordered_map<std::string, std::size_t> byName_;
    std::unordered_map<std::string, Millis> expected_;
    std::map<TryRef, Tail> tails_;
    const TryRef* lastRef_ = nullptr; // keys of the map stay where they are
    Tail* lastTail_ = nullptr;
    std::vector<event::TestsReported> tests_;
    std::vector<event::Annotation> annotations_;
    std::size_t annotationsLeftOut_ = 0;
    std::vector<event::SummaryWritten> summaries_;
    std::size_t failuresKept_ = 0;
    std::uint64_t version_ = 0;
};

} // namespace cirque::report
