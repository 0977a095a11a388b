// SPDX-License-Identifier: Apache-2.0
// The graph: jobs enter, become ready, end, and tell their dependants. Cancelling is in
// run-machine-cancel.cc.
#include "engine/run-machine.hh"

#include "base/assert.hh"
#include "engine/verdict.hh"
#include "plan/effective.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cirque::engine {

RunMachine::RunMachine(RunSettings settings)
    : settings_(std::move(settings)), mayStart_(settings_.selected.empty()) {}

void RunMachine::start() {
    if (settings_.deadline) {
        setTimer({TimerId::Kind::RunDeadline}, *settings_.deadline);
    }
}

void RunMachine::addJobs(std::vector<JobPtr> jobs) {
    CIRQUE_ASSERT(!planComplete_, "the plan was said to be complete");
    add(std::move(jobs), -1);
    settle();
}

void RunMachine::addJobs(std::vector<NewJob> jobs) {
    std::vector<JobPtr> plain;
    plain.reserve(jobs.size());
    for (NewJob& job : jobs) {
        if (job.settled) {
            settings_.settled.insert_or_assign(job.job->name, std::move(*job.settled));
        }
        plain.push_back(std::move(job.job));
    }
    addJobs(std::move(plain));
}

void RunMachine::add(std::vector<JobPtr> jobs, int parent) {
    event::JobsAdded added;
    added.by = parent < 0 ? std::string() : state(parent).job->name;
    const std::size_t first = jobs_.size();
    for (JobPtr& job : jobs) {
        event::JobInfo info{job->name, job->needs, {}};
        for (const plan::Step& step : job->steps) {
            info.steps.push_back(step.name);
        }
        for (const plan::Service& service : job->services) {
            info.services.push_back(service.name());
        }
        added.jobs.push_back(std::move(info));
        JobState& entry = jobs_.emplace_back();
        entry.job = std::move(job);
        entry.parent = parent;
        const bool fresh = index_.emplace(entry.job->name, static_cast<int>(jobs_.size()) - 1).second;
        CIRQUE_ASSERT(fresh, "job names are unique in a checked plan");
    }
    open_ += jobs_.size() - first;
    emit(std::move(added));
    for (std::size_t i = first; i < jobs_.size(); ++i) {
        link(static_cast<int>(i));
    }
    for (std::size_t i = first; i < jobs_.size(); ++i) {
        adopt(static_cast<int>(i));
    }
    for (std::size_t i = first; mayStart_ && i < jobs_.size(); ++i) {
        if (jobs_[i].openNeeds == 0) {
            consider(static_cast<int>(i));
        }
    }
}

void RunMachine::link(int job) {
    JobState& self = state(job);
    for (const std::string& name : self.job->needs) {
        const int need = find(name);
        if (need < 0) {
            unknown_[name].push_back(job);
            ++self.openNeeds;
            continue;
        }
        self.needs.push_back(need);
        if (state(need).phase == Phase::Done) {
            absorb(self, state(need));
            continue;
        }
        ++self.openNeeds;
        state(need).dependants.push_back(job);
    }
}

// Jobs that were added earlier may have waited for this one by name.
void RunMachine::adopt(int job) {
    if (unknown_.empty()) {
        return;
    }
    const auto waiting = unknown_.find(state(job).job->name);
    if (waiting == unknown_.end()) {
        return;
    }
    for (const int dependant : waiting->second) {
        state(dependant).needs.push_back(job);
        state(job).dependants.push_back(dependant);
    }
    unknown_.erase(waiting);
}

void RunMachine::planComplete() {
    if (planComplete_) {
        return;
    }
    planComplete_ = true;
    emit(event::PlanCompleted{});
    for (const auto& [name, waiting] : std::exchange(unknown_, {})) {
        for (const int job : waiting) {
            if (state(job).phase == Phase::Waiting) {
                complete(job, Outcome::infrastructure(
                                  fmt::format("it needs job '{}', which the plan lacks", name)));
            }
        }
    }
    if (!mayStart_) {
        select();
        mayStart_ = true;
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            if (jobs_[i].phase == Phase::Waiting && jobs_[i].openNeeds == 0) {
                consider(static_cast<int>(i));
            }
        }
    }
    settle();
}

// Ends every job that neither is selected nor, without --only, needed by one that is.
void RunMachine::select() {
    std::vector<bool> chosen(jobs_.size(), false);
    std::vector<int> open;
    for (const std::string& name : settings_.selected) {
        if (const int job = find(name); job >= 0) {
            open.push_back(job);
        }
    }
    while (!open.empty()) {
        const int job = open.back();
        open.pop_back();
        if (chosen[static_cast<std::size_t>(job)]) {
            continue;
        }
        chosen[static_cast<std::size_t>(job)] = true;
        if (!settings_.only) {
            open.insert(open.end(), state(job).needs.begin(), state(job).needs.end());
        }
    }
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (!chosen[i] && jobs_[i].phase == Phase::Waiting) {
            complete(static_cast<int>(i), Outcome::skipped(SkipReason::NotSelected));
        }
    }
}

// All needs of the job have ended: it runs now or never.
void RunMachine::consider(int job) {
    if (state(job).phase != Phase::Waiting) {
        return;
    }
    if (const Settled* settled = settledAs(state(job))) {
        state(job).results = settled->results;
        for (const event::ArtifactSaved& artifact : settled->artifacts) {
            emit(artifact);
        }
        for (const auto& [name, value] : settled->results) {
            emit(event::ResultExported{state(job).job->name, name, value});
        }
        complete(job, settled->outcome, settled->reusedFrom);
        return;
    }
    const Decision decision = decide(state(job), cancelled_, immediate_);
    if (!decision.run) {
        complete(job, Outcome::skipped(decision.reason));
    } else if (!state(job).job->matrix.axes.empty()) {
        expand(job);
    } else {
        ++active_;
        queue(job);
    }
}

// A matrix grows again even when it has ended before: its members hold the results its dependants see.
const Settled* RunMachine::settledAs(const JobState& state) const {
    if (settings_.settled.empty()) {
        return nullptr;
    }
    const auto found = settings_.settled.find(state.job->name);
    if (found == settings_.settled.end()) {
        return nullptr;
    }
    const bool expands =
        !state.job->matrix.axes.empty() && found->second.outcome.kind != OutcomeKind::Skipped;
    return expands ? nullptr : &found->second;
}

void RunMachine::queue(int job) {
    state(job).phase = Phase::Queued;
    emit(event::JobQueued{state(job).job->name});
    commands_.emplace_back(AskSlot{job});
}

void RunMachine::slotGranted(int job) {
    JobState& self = state(job);
    if (self.phase != Phase::Queued) {
        commands_.emplace_back(ReleaseSlot{job});
        return;
    }
    self.phase = Phase::Running;
    ++self.attempt;
    const auto deadline = plan::jobDeadline(*self.job);
    if (self.attempt == 1 && deadline) {
        setTimer({TimerId::Kind::JobDeadline, job}, *deadline);
    }
    commands_.emplace_back(StartAttempt{job, self.attempt});
}

void RunMachine::attemptFinished(int job, int attempt, Outcome outcome, NamedValues results) {
    JobState& self = state(job);
    CIRQUE_ASSERT(self.phase == Phase::Running && self.attempt == attempt, "an attempt ends once");
    commands_.emplace_back(ReleaseSlot{job});
    cancelTimer({TimerId::Kind::JobCleanup, job});
    self.results = std::move(results);
    retryOrComplete(job, std::move(outcome));
    settle();
}

void RunMachine::retryOrComplete(int job, Outcome outcome) {
    JobState& self = state(job);
    const plan::RetryPolicy policy = plan::jobRetry(*self.job);
    const bool mayRetry = !cancelled_ && !self.cancelled && !self.deadlineHit;
    if (!outcome.failed() || !mayRetry || self.attempt >= policy.maxAttempts) {
        complete(job, std::move(outcome));
        return;
    }
    const Millis delay = plan::retryDelay(policy, self.attempt);
    self.phase = Phase::RetryWait;
    self.results.clear();
    emit(event::JobRetrying{self.job->name, self.attempt, policy.maxAttempts, delay, std::move(outcome)});
    setTimer({TimerId::Kind::JobRetry, job}, delay);
}

void RunMachine::complete(int job, Outcome outcome, std::string reusedFrom) {
    JobState& self = state(job);
    CIRQUE_ASSERT(self.phase != Phase::Done, "a job ends exactly once");
    active_ -= self.phase == Phase::Waiting ? 0 : 1;
    --open_;
    settleOutcome(self, std::move(outcome));
    cancelTimer({TimerId::Kind::JobDeadline, job});
    emit(event::JobFinished{self.job->name, self.attempt, self.outcome, self.tolerated,
                            std::move(reusedFrom)});
    failFastDue_ = failFastDue_ || (settings_.failFast && self.outcome.failed() && !self.tolerated);
    ended_.push_back(job);
}

void RunMachine::settle() {
    for (std::size_t next = 0; next < ended_.size() || (failFastDue_ && !cancelled_);) {
        if (failFastDue_ && !cancelled_) {
            beginCancel("fail-fast");
            continue;
        }
        passOn(ended_[next]);
        ++next;
    }
    ended_.clear();
    checkEnd();
}

void RunMachine::passOn(int job) {
    const JobState& self = state(job);
    for (const int dependant : self.dependants) {
        JobState& other = state(dependant);
        absorb(other, self);
        --other.openNeeds;
        if (other.openNeeds == 0 && mayStart_) {
            consider(dependant);
        }
    }
    if (self.parent >= 0) {
        settleMember(self.parent);
    }
}

void RunMachine::checkEnd() {
    if (finished_) {
        return;
    }
    if (open_ == 0 && (planComplete_ || cancelled_)) {
        finish();
        return;
    }
    if (planComplete_ && active_ == 0 && open_ > 0) {
        // a checked plan has no cycle; a run that waits for ever would be worse than a wrong plan
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            if (jobs_[i].phase == Phase::Waiting) {
                complete(static_cast<int>(i), Outcome::infrastructure("its needs wait for each other"));
            }
        }
        settle();
    }
}

void RunMachine::finish() {
    finished_ = true;
    std::vector<JobRow> rows;
    rows.reserve(jobs_.size());
    for (const JobState& job : jobs_) {
        rows.push_back({&job.outcome, job.tolerated, job.needs});
    }
    const Outcome* broken = broken_ ? &*broken_ : nullptr;
    const RunRows all{planComplete_, rows, cancelled_, signal_, deadlineHit_, broken};
    Verdict verdict = judge(all);
    cancelTimer({TimerId::Kind::RunDeadline});
    cancelTimer({TimerId::Kind::RunCleanup});
    emit(event::RunFinished{verdict.outcome, verdict.exitStatus});
    commands_.emplace_back(Finished{std::move(verdict)});
}

int RunMachine::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? -1 : found->second;
}

std::vector<Command> RunMachine::takeCommands() {
    return std::exchange(commands_, {});
}

} // namespace cirque::engine
