// SPDX-License-Identifier: Apache-2.0
// What happened when in one run: every wait, provision, try and pause as a span from the run's start.
// Gathered from the events each time it is asked for; summary.hh holds what is kept. Pure but for
// loadTimeline.
#pragma once

#include "base/ids.hh"
#include "base/outcome.hh"
#include "base/result.hh"
#include "base/time.hh"
#include "event/types/event.hh"
#include "history/summary.hh"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cirque::history {

using Micros = std::chrono::microseconds; // from the run's start, by the monotonic clock

struct TrySpan {
    int number = 1;
    Micros start{0};
    std::optional<Micros> end; // none: it ran when the journal ended
    std::optional<Outcome> outcome;
    Millis delay{0}; // the pause that was to follow, before the next try
    int of = 0;      // how many tries there may be; 0: nobody said, as it was not tried again
};

struct StepSpan {
    int index = 0; // from 0
    std::string name;
    std::vector<TrySpan> tries; // none: it was skipped
    std::optional<Outcome> outcome;
    std::optional<Micros> end;
};

struct ServiceStart {
    Micros start{0};
    std::optional<Micros> up; // none: it was not, or nobody looked
    std::optional<Micros> end;
    std::optional<Outcome> outcome;
};

struct ServiceSpan {
    int index = 0; // its position in the job's list
    std::string name;
    std::vector<ServiceStart> starts; // more than one: it was started again; none: it could not be
    std::optional<Outcome> outcome;   // Cancelled: it was ended with its job
    std::optional<Micros> end;

    [[nodiscard]] std::optional<Micros> firstUp() const;
};

struct AttemptSpan {
    int number = 1;
    std::string executor;
    std::optional<Micros> queued; // since when it waited for a slot
    Micros start{0};
    std::optional<Micros> end;
    std::optional<Micros> provisionStart;
    std::optional<Micros> provisionEnd;
    std::vector<ServiceSpan> services; // that were started, in order
    std::vector<StepSpan> steps;       // that began or were skipped, in order
    std::optional<Outcome> outcome;
    Millis delay{0}; // as in TrySpan, of attempts
    int of = 0;

    // From when the first service was started until all were up, or the first of the others had ended, or
    // `until`. Nothing for a job without services.
    [[nodiscard]] std::optional<std::pair<Micros, Micros>> startingServices(Micros until) const;
};

struct JobSpan {
    std::string name;
    int number = 0; // in the order jobs entered the plan, from 1
    std::vector<std::string> needs;
    std::vector<std::string> steps; // names, as planned
    std::string by;                 // the job whose matrix made it
    Micros added{0};
    std::optional<Micros> queued; // since when it waits for a slot it did not get (yet)
    std::optional<Micros> finished;
    std::optional<Outcome> outcome;
    bool tolerated = false;
    std::string reusedFrom;
    std::vector<AttemptSpan> attempts;

    // From the first attempt's start to the verdict, or `until`; nothing for a job that never started.
    [[nodiscard]] std::optional<Micros> duration(Micros until) const;
};

// Something that was said at one moment.
struct Mark {
    enum class Kind { Notice, Annotation, Artifact, Tests, Cancel };
    Kind kind = Kind::Notice;
    Micros at{0};
    std::string job; // may be empty
    int step = -1;
    std::string level; // of a notice or an annotation
    std::string text;
};

std::string_view toString(Mark::Kind kind);

struct Timeline {
    RunId id;
    std::string name;
    std::string workflow;
    std::string version;
    std::string rerunOf;
    RunState state = RunState::Running;
    WallTime started;
    Micros length{0}; // up to the last event
    std::optional<Outcome> outcome;
    std::optional<int> exitStatus;
    std::optional<event::EvaluationFinished> evaluation;
    std::string damage; // not empty: why the journal could not be read to the end
    std::vector<JobSpan> jobs;
    std::vector<Mark> marks;

    [[nodiscard]] const JobSpan* findJob(std::string_view job) const;
};

// Feed it every event in order, then take the timeline.
class TimelineBuilder {
  public:
    explicit TimelineBuilder(RunId run) { out_.id = std::move(run); }

    void add(const event::Event& event);
    // `alive` as for Summarizer::take: without it, what had begun and not ended was interrupted.
    Timeline take(bool alive) &&;

  private:
    JobSpan* job(const std::string& name);
    AttemptSpan* attempt(const std::string& job, int number);
    StepSpan* step(const TryRef& ref);
    TrySpan* tryOf(const TryRef& ref);
    ServiceSpan* service(const TryRef& ref, const std::string& name);
    void mark(Mark::Kind kind, std::string job, int step, std::string level, std::string text);
    void on(const event::Event& event, const event::RunStarted& body);
    void on(const event::Event& event, const event::EvaluationFinished& body);
    void on(const event::Event& event, const event::JobsAdded& body);
    void on(const event::Event& event, const event::JobQueued& body);
    void on(const event::Event& event, const event::JobStarted& body);
    void on(const event::Event& event, const event::JobRetrying& body);
    void on(const event::Event& event, const event::JobFinished& body);
    void on(const event::Event& event, const event::ProvisionStarted& body);
    void on(const event::Event& event, const event::ProvisionFinished& body);
    void on(const event::Event& event, const event::StepStarted& body);
    void on(const event::Event& event, const event::StepRetrying& body);
    void on(const event::Event& event, const event::StepFinished& body);
    void on(const event::Event& event, const event::ServiceStarted& body);
    void on(const event::Event& event, const event::ServiceReady& body);
    void on(const event::Event& event, const event::ServiceRestarting& body);
    void on(const event::Event& event, const event::ServiceStopped& body);
    void on(const event::Event& event, const event::ArtifactSaved& body);
    void on(const event::Event& event, const event::Annotation& body);
    void on(const event::Event& event, const event::TestsReported& body);
    void on(const event::Event& event, const event::Notice& body);
    void on(const event::Event& event, const event::CancelRequested& body);
    void on(const event::Event& event, const event::RunFinished& body);

    Timeline out_;
    Micros now_{0}; // of the event that is being added
    std::optional<MonoTime> start_;
    std::unordered_map<std::string, std::size_t> jobs_; // name -> place in out_.jobs
    bool ended_ = false;
};

// The chain of jobs, each needing the one before, that took longest: places in `jobs`, first to last. Empty
// when no job needs another.
std::vector<std::size_t> criticalPath(const Timeline& timeline);

// From the run's journal. NotFound when there is no such run; a damaged journal gives what could be read.
// Blocks.
Result<Timeline> loadTimeline(const std::string& stateDir, const RunId& run);

} // namespace cirque::history
