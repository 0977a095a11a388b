// SPDX-License-Identifier: Apache-2.0
// One attempt of a job as a pure machine: what to do next, one action at a time. No I/O, no clock, no
// waiting. How the steps went is kept apart from how saving and cleaning up went: neither can hide the other.
#pragma once

#include "engine/report-verdict.hh"
#include "engine/types.hh"
#include "exec/api/executor.hh"

#include <map>
#include <optional>

namespace cirque::engine {

// What to do next. `step` is a position in the job's list, -1 the job itself.
struct LoadEnv {};

struct Provision {};

struct OpenPlace {};

struct Prepare {};

struct Restore {
    std::size_t input = 0;
};

struct CheckCondition {
    int step = -1;
    std::string bash;
    std::optional<Millis> timeout;
};

struct StartServices {};

struct StopServices {};

struct RunTry {
    int step = 0;
    int tryNumber = 1;
    std::optional<Millis> timeout;
};

struct WaitRetry {
    Millis delay{0};
};

struct ReadReport { // entry `report` of the job's list
    std::size_t report = 0;
    std::optional<TryRef> log; // it stands in the log of this try; else in files
};

struct SaveOutput {
    std::size_t output = 0;
};

struct ClosePlace {};

struct AttemptDone {};

using Action = std::variant<LoadEnv, Provision, OpenPlace, Prepare, Restore, CheckCondition, StartServices,
                            RunTry, WaitRetry, StopServices, ReadReport, SaveOutput, ClosePlace, AttemptDone>;

// How the action went. `outcome` is Succeeded for one that did what it should.
struct ActionResult {
    Outcome outcome;
    NamedValues outputs;              // RunTry
    exec::CollectedArtifact artifact; // SaveOutput
    Millis took{0};
    ReportsRead reports{}; // ReadReport
    std::string summary{}; // RunTry
    std::string summaryProblem{};
};

class AttemptMachine {
  public:
    AttemptMachine(std::shared_ptr<const plan::Plan> plan, JobPtr job, int attempt);

    // The action to perform now; the same again until done() is called.
    [[nodiscard]] const Action& next() const { return action_; }

    void done(ActionResult result);

    // Graceful: no further work but cancelled() and always() steps (after a deadline: failure() and always()
    // ones). Immediate: no further step at all. The performer stops the action that runs. May be called again
    // to escalate.
    void stop(bool immediate, StopWhy why);

    // To journal before the next action is performed.
    [[nodiscard]] std::vector<event::Body> takeEvents();

    // Once next() is AttemptDone.
    [[nodiscard]] Outcome outcome() const;
    [[nodiscard]] NamedValues takeResults();

  private:
    void setUp(const ActionResult& result);
    [[nodiscard]] bool provisionsAnything() const;
    void afterSetUp();
    void jobConditionChecked(const Outcome& outcome);
    void toServices();
    void servicesStarted(const Outcome& outcome);
    void servicesStopped(const Outcome& outcome);
    void toStep(int step);
    void afterSteps();
    bool enterStep(int step);
    void stepConditionChecked(Outcome outcome);
    void startTry();
    void tryEnded(ActionResult result);
    void retryWaited();
    void finishStep(Outcome outcome);
    void toReport(std::size_t report);
    void reportRead(ActionResult result);
    void keepSummary(ActionResult& result);
    void toOutput(std::size_t output);
    void outputSaved(const ActionResult& result);
    void checkResults();
    void toClose();
    void closed(const Outcome& outcome);
    void failJob(Outcome outcome);
    [[nodiscard]] std::optional<SkipReason> skipReason(const plan::Step& step) const;
    [[nodiscard]] Outcome checked(Outcome outcome) const;
    [[nodiscard]] const plan::Step& current() const;
    [[nodiscard]] TryRef ref(int tryNumber) const;

    [[nodiscard]] bool stopping() const { return graceful_ || immediate_; }

    std::shared_ptr<const plan::Plan> plan_;
    JobPtr job_;
    int attempt_;
    Action action_;
    std::vector<event::Body> events_;
    bool opened_ = false;
    bool serving_ = false; // services were started
    bool graceful_ = false;
    bool immediate_ = false;
    bool cancelled_ = false;         // told to stop because the run is cancelled
    bool cut_ = false;               // work was left out or broken off because of that
    bool skipped_ = false;           // the job's own condition said no
    std::optional<Outcome> failure_; // the first
    int step_ = -1;
    int try_ = 0;
    Millis stepTook_{0};
    Outcome lastTry_;
    std::vector<std::string> made_; // by the build step that has just ended
    int stepsRun_ = 0;
    int stepsCached_ = 0;
    std::map<int, int> tries_; // of each step that ran: its last try
    NamedValues outputs_;      // of the steps, later ones after
    NamedValues results_;
};

} // namespace cirque::engine
