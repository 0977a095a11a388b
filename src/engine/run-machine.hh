// SPDX-License-Identifier: Apache-2.0
// The job graph of one run as a pure machine: something happened -> what to do now. No I/O, no clock, no
// waiting. Every edge is touched a constant number of times, so a run is linear in jobs plus needs. Not here:
// the steps of an attempt (attempt-machine.hh) and who gets a slot (admission.hh).
#pragma once

#include "engine/job-state.hh"
#include "engine/types.hh"

#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace cirque::engine {

struct RunSettings {
    bool failFast = false;
    std::vector<std::string> selected; // run only these jobs and their needs; empty: all
    bool only = false;                 // with selected: without their needs, which then count as succeeded
    Millis cleanupBudget{30000};
    std::optional<Millis> deadline; // of the workflow
    // By name; also for members of a matrix. A matrix itself is expanded all the same, unless it was skipped.
    std::unordered_map<std::string, Settled> settled;
};

class RunMachine {
  public:
    explicit RunMachine(RunSettings settings);

    // What happened. After each call take the commands and perform them in order.
    void start(); // the workflow's deadline runs from here
    void addJobs(std::vector<JobPtr> jobs);
    void addJobs(std::vector<NewJob> jobs);
    void planComplete(); // no more addJobs; with a selection nothing starts before
    void slotGranted(int job);
    void attemptFinished(int job, int attempt, Outcome outcome, NamedValues results);
    void timerFired(TimerId timer);
    // First call: stops what runs, then cancelled() and always() jobs run within the cleanup budget. Second
    // call: everything ends at once. `signal`: 0 when none asked for it.
    void cancel(int signal);
    // One job and nothing else. First call: it is stopped, and its cancelled() and always() steps run within
    // the cleanup budget; a job that has not begun ends at once. Second call: at once. A matrix: all its
    // members. False: it has ended, or there is none.
    bool cancelJob(std::string_view name);
    // The run cannot go on (its journal failed): everything ends at once, the verdict is Infrastructure.
    void abort(Outcome why);

    [[nodiscard]] std::vector<Command> takeCommands();

    [[nodiscard]] bool finished() const { return finished_; }

    [[nodiscard]] std::size_t size() const { return jobs_.size(); }

    [[nodiscard]] const JobState& at(int job) const { return jobs_[static_cast<std::size_t>(job)]; }

    [[nodiscard]] int find(std::string_view name) const; // -1: no such job

  private:
    JobState& state(int job) { return jobs_[static_cast<std::size_t>(job)]; }

    void add(std::vector<JobPtr> jobs, int parent);
    [[nodiscard]] const Settled* settledAs(const JobState& state) const;
    bool cancelOne(int job);
    void link(int job);
    void adopt(int job);
    void select();
    void consider(int job);
    void queue(int job);
    void complete(int job, Outcome outcome, std::string reusedFrom = {});
    void settle();
    void passOn(int job);
    void settleMember(int parent);
    void checkEnd();
    void finish();

    void expand(int job);
    Result<std::vector<plan::MatrixAxis>> settledAxes(const plan::Job& job) const;

    void beginCancel(std::string reason);
    void endAtOnce(const std::string& reason);
    void stopJob(int job, bool immediate);
    void withdraw(int job, Outcome outcome);
    void retryOrComplete(int job, Outcome outcome);
    void jobDeadline(int job);

    void emit(event::Body body) { commands_.emplace_back(Emit{std::move(body)}); }

    void beginCleanup(int job);
    void setTimer(TimerId timer, Millis delay);
    void cancelTimer(TimerId timer);

    RunSettings settings_;
    std::deque<JobState> jobs_; // grows while references are held
    std::unordered_map<std::string_view, int> index_;
    std::unordered_map<std::string, std::vector<int>> unknown_; // needs that name no job yet
    std::vector<int> ended_;                                    // whose dependants have not been told yet
    std::vector<Command> commands_;
    std::map<TimerId, bool> timers_;
    std::size_t open_ = 0;   // jobs that have not ended
    std::size_t active_ = 0; // jobs between Waiting and Done
    bool mayStart_ = false;
    bool planComplete_ = false;
    bool cancelled_ = false;
    bool immediate_ = false;
    bool failFastDue_ = false;
    bool deadlineHit_ = false;
    bool finished_ = false;
    int signal_ = 0;
    std::optional<Outcome> broken_;
};

} // namespace cirque::engine
