// SPDX-License-Identifier: Apache-2.0
// Performs one attempt: asks its machine, does what it says at the job's place, journals before it acts.
#pragma once

#include "engine/api/ports.hh"
#include "engine/attempt-machine.hh"
#include "engine/job-inputs.hh"
#include "io/runtime/runtime.hh"

#include <functional>

namespace cirque::engine {

// What all attempts of a run share. Outlives them.
struct AttemptWorld {
    std::shared_ptr<const plan::Plan> plan;
    RunId run;
    Ports ports;
    io::TaskGroup& group;
    std::function<bool(std::vector<event::Body>)> journal; // false: the run is being ended, do not act
};

class LazySink;
class ServiceEvents;

class AttemptLoop {
  public:
    AttemptLoop(AttemptWorld& world, JobPtr job, int attempt, JobInputs inputs);

    // To the end; never throws for what a port does. The place is closed exactly once if it was opened.
    io::Task<> run();

    // May be called at any time, more than once.
    void stop(bool immediate, StopWhy why);

    [[nodiscard]] Outcome outcome() const { return refused_ ? *refused_ : machine_.outcome(); }

    [[nodiscard]] NamedValues takeResults() { return machine_.takeResults(); }

  private:
    bool flush();
    void finishJobLog();
    io::Task<ActionResult> perform(Action action);
    io::Task<ActionResult> performGuarded(Action action);
    io::Task<ActionResult> loadEnv();
    io::Task<ActionResult> provision();
    io::Task<ActionResult> openPlace();
    io::Task<ActionResult> prepare();
    io::Task<ActionResult> restore(std::size_t input);
    io::Task<ActionResult> checkCondition(CheckCondition check);
    io::Task<ActionResult> runTry(RunTry action);
    io::Task<ActionResult> waitRetry(Millis delay);
    io::Task<ActionResult> startServices();
    io::Task<ActionResult> stopServices();
    Result<std::vector<exec::ServiceStart>> servicesToStart();
    io::Task<ActionResult> readReport(ReadReport action);
    io::Task<ActionResult> save(std::size_t output);
    io::Task<ActionResult> closePlace();
    // What takes a while, writes to a log and ends when stop_ says so.
    using Work = std::function<io::Task<exec::StepResult>(std::shared_ptr<exec::OutputSink>)>;
    io::Task<ActionResult> runTryOf(Work work, TryRef ref, std::vector<std::string> redact,
                                    std::optional<Millis> timeout);
    io::Task<ActionResult> runLimited(Work work, std::shared_ptr<exec::OutputSink> sink,
                                      std::optional<Millis> timeout);
    io::Task<exec::StepResult> runAtPlace(exec::StepSpec spec, std::shared_ptr<exec::OutputSink> sink);
    io::Task<exec::StepResult> build(plan::Derivation derivation, TryRef ref,
                                     std::shared_ptr<exec::OutputSink> sink);
    // Cancelled when the action was told to stop, whatever it says of that.
    [[nodiscard]] Outcome stoppedOr(const Error& error) const;
    Result<exec::StepEnv> stepEnv(const plan::Step& step) const;
    [[nodiscard]] exec::Place place() const;

    AttemptWorld& world_;
    JobPtr job_;
    int attempt_;
    JobInputs inputs_;
    AttemptMachine machine_;
    exec::Executor* executor_;
    std::string handle_;
    std::optional<Outcome> refused_; // no machine was ever run
    std::vector<event::Body> pending_;
    JobEnv env_;
    std::unique_ptr<exec::JobSite> site_;
    io::StopSource stop_;    // of the action that runs
    bool immediate_ = false; // a stop of that level came, maybe in an earlier action
    std::shared_ptr<LazySink> jobLog_;
    std::shared_ptr<ServiceEvents> services_; // null: none were started
};

// Errors of ports as outcomes: a provider or a build is the job's own failure, all else is ours.
Outcome outcomeOf(const Error& error);

// An artifact or a report that is missing, too large, unreadable, no file or a way out of the job's folder is
// the workflow's doing, not ours.
Outcome artifactOutcome(const Error& error);

} // namespace cirque::engine
