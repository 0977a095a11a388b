// SPDX-License-Identifier: Apache-2.0
// From the environment to the last step; what comes after the steps is in attempt-collect.cc.
#include "engine/attempt-machine.hh"

#include "base/assert.hh"
#include "engine/needs.hh"
#include "plan/effective.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cirque::engine {

Outcome deadlineOutcome(const plan::Job& job) {
    const Millis limit = plan::jobDeadline(job).value_or(Millis{0});
    return Outcome::failedTimeout(fmt::format("the job's deadline of {} passed", formatDuration(limit)));
}

AttemptMachine::AttemptMachine(std::shared_ptr<const plan::Plan> plan, JobPtr job, int attempt)
    : plan_(std::move(plan)), job_(std::move(job)), attempt_(attempt), action_(LoadEnv{}) {}

void AttemptMachine::done(ActionResult result) {
    if (std::holds_alternative<CheckCondition>(action_)) {
        stepTook_ += result.took;
        if (step_ < 0) {
            jobConditionChecked(checked(std::move(result.outcome)));
        } else {
            stepConditionChecked(checked(std::move(result.outcome)));
        }
    } else if (std::holds_alternative<RunTry>(action_)) {
        tryEnded(std::move(result));
    } else if (std::holds_alternative<WaitRetry>(action_)) {
        stepTook_ += result.took;
        retryWaited();
    } else if (std::holds_alternative<StartServices>(action_)) {
        servicesStarted(checked(std::move(result.outcome)));
    } else if (std::holds_alternative<StopServices>(action_)) {
        servicesStopped(checked(std::move(result.outcome)));
    } else if (std::holds_alternative<ReadReport>(action_)) {
        reportRead(std::move(result));
    } else if (std::holds_alternative<SaveOutput>(action_)) {
        outputSaved(result);
    } else if (std::holds_alternative<ClosePlace>(action_)) {
        closed(result.outcome);
    } else {
        setUp(result);
    }
}

void AttemptMachine::stop(bool immediate, StopWhy why) {
    if (std::holds_alternative<ClosePlace>(action_) || std::holds_alternative<AttemptDone>(action_)) {
        return;
    }
    graceful_ = true;
    immediate_ = immediate_ || immediate;
    if (why == StopWhy::Cancelled) {
        cancelled_ = true;
    } else if (!failure_ && !cancelled_) {
        failure_ = deadlineOutcome(*job_);
    }
}

// Everything before the first condition. A stop here ends the attempt: there is nothing to clean up after
// yet.
void AttemptMachine::setUp(const ActionResult& result) {
    if (result.outcome.ok() && std::holds_alternative<OpenPlace>(action_)) {
        opened_ = true;
    }
    if (std::holds_alternative<Provision>(action_) && result.outcome.ok() && provisionsAnything()) {
        events_.emplace_back(event::ProvisionFinished{job_->name, attempt_, result.took});
    }
    if (stopping()) {
        cut_ = cancelled_;
        toClose();
        return;
    }
    if (!result.outcome.ok()) {
        failJob(checked(result.outcome));
        toClose();
        return;
    }
    if (std::holds_alternative<LoadEnv>(action_)) {
        if (provisionsAnything()) {
            events_.emplace_back(event::ProvisionStarted{job_->name, attempt_});
        }
        action_ = Provision{};
    } else if (std::holds_alternative<Provision>(action_) && needsPlace(*job_)) {
        action_ = OpenPlace{};
    } else if (std::holds_alternative<OpenPlace>(action_)) {
        action_ = Prepare{};
    } else {
        afterSetUp();
    }
}

bool AttemptMachine::provisionsAnything() const {
    const plan::Closure needed = neededAtStart(*job_);
    return !needed.derivations.empty() || !needed.paths.empty();
}

void AttemptMachine::afterSetUp() {
    std::size_t input = 0;
    if (const auto* restored = std::get_if<Restore>(&action_)) {
        const plan::ArtifactInput& done = job_->inputs[restored->input];
        events_.emplace_back(event::ArtifactRestored{job_->name, done.name, done.path});
        input = restored->input + 1;
    }
    if (input < job_->inputs.size()) {
        action_ = Restore{input};
    } else if (!job_->condition.bash.empty()) {
        action_ = CheckCondition{-1, job_->condition.bash, plan::stepTimeout(*plan_, *job_, plan::Step{})};
    } else {
        toServices();
    }
}

void AttemptMachine::jobConditionChecked(const Outcome& outcome) {
    if (stopping()) {
        cut_ = cancelled_;
        toClose();
    } else if (outcome.ok()) {
        toServices();
    } else if (outcome.kind == OutcomeKind::Failed && outcome.exit == 1) {
        skipped_ = true;
        toClose();
    } else {
        Outcome failure = outcome;
        failure.message =
            outcome.kind == OutcomeKind::Failed
                ? fmt::format("the job's condition did not say yes (0) or no (1): {}", describe(outcome))
                : outcome.message;
        failJob(std::move(failure));
        toClose();
    }
}

// Goes to the first step from `step` on that has something to do.
void AttemptMachine::toStep(int step) {
    const int count = static_cast<int>(job_->steps.size());
    while (step < count && !enterStep(step)) {
        ++step;
    }
    if (step >= count) {
        step_ = count;
        afterSteps();
    }
}

bool AttemptMachine::enterStep(int step) {
    step_ = step;
    try_ = 0;
    stepTook_ = Millis{0};
    const plan::Step& self = current();
    if (const auto reason = skipReason(self)) {
        std::string why = *reason == SkipReason::NeedFailed ? "an earlier step failed" : "";
        events_.emplace_back(
            event::StepFinished{ref(0), self.name, Outcome::skipped(*reason, std::move(why)), {}});
        cut_ = cut_ || *reason == SkipReason::Cancelled;
        return false;
    }
    if (self.condition.bash.empty()) {
        startTry();
    } else {
        action_ = CheckCondition{step, self.condition.bash, plan::stepTimeout(*plan_, *job_, self)};
    }
    return true;
}

std::optional<SkipReason> AttemptMachine::skipReason(const plan::Step& step) const {
    const plan::When when = step.condition.when;
    if (immediate_) {
        return SkipReason::Cancelled;
    }
    if (cancelled_) {
        const bool cleansUp = when == plan::When::Always || when == plan::When::Cancelled;
        return cleansUp ? std::nullopt : std::optional(SkipReason::Cancelled);
    }
    switch (when) {
    case plan::When::Success:
        return failure_ ? std::optional(SkipReason::NeedFailed) : std::nullopt;
    case plan::When::Failure:
        return failure_ ? std::nullopt : std::optional(SkipReason::OwnCondition);
    case plan::When::Always:
        return std::nullopt;
    case plan::When::Cancelled:
        return SkipReason::OwnCondition;
    }
    return std::nullopt;
}

void AttemptMachine::stepConditionChecked(Outcome outcome) {
    if (outcome.ok()) {
        // a stop that came while bash decided changes who may run
        const auto reason = skipReason(current());
        if (!reason) {
            startTry();
            return;
        }
        outcome = Outcome::skipped(*reason);
        cut_ = cut_ || *reason == SkipReason::Cancelled;
    } else if (outcome.kind == OutcomeKind::Failed && outcome.exit == 1) {
        outcome = Outcome::skipped(SkipReason::OwnCondition);
    } else if (outcome.kind == OutcomeKind::Failed) {
        outcome.message = fmt::format("its condition did not say yes (0) or no (1): {}", describe(outcome));
    }
    finishStep(std::move(outcome));
}

void AttemptMachine::startTry() {
    ++try_;
    tries_[step_] = try_;
    events_.emplace_back(event::StepStarted{ref(try_), current().name});
    action_ = RunTry{step_, try_, plan::stepTimeout(*plan_, *job_, current())};
}

void AttemptMachine::tryEnded(ActionResult result) {
    stepTook_ = result.took;
    keepSummary(result);
    lastTry_ = checked(std::move(result.outcome));
    const plan::RetryPolicy policy = plan::stepRetry(*plan_, *job_, current());
    if (lastTry_.kind == OutcomeKind::Failed && !stopping() && try_ < policy.maxAttempts) {
        const Millis delay = plan::retryDelay(policy, try_);
        events_.emplace_back(
            event::StepRetrying{ref(try_), current().name, policy.maxAttempts, delay, lastTry_});
        action_ = WaitRetry{delay};
        return;
    }
    if (std::holds_alternative<plan::BuildRun>(current().action)) {
        for (const auto& [name, path] : result.outputs) {
            made_.push_back(fmt::format("{}={}", name, path));
        }
    }
    outputs_.insert(outputs_.end(), std::make_move_iterator(result.outputs.begin()),
                    std::make_move_iterator(result.outputs.end()));
    ++stepsRun_;
    stepsCached_ += lastTry_.kind == OutcomeKind::Cached ? 1 : 0;
    finishStep(lastTry_);
}

void AttemptMachine::retryWaited() {
    if (!stopping()) {
        startTry();
        return;
    }
    if (cancelled_) {
        finishStep(Outcome::cancelled());
        return;
    }
    Outcome outcome = failure_ ? *failure_ : lastTry_;
    outcome.exit = lastTry_.exit;
    finishStep(std::move(outcome));
}

void AttemptMachine::finishStep(Outcome outcome) {
    cut_ = cut_ || outcome.kind == OutcomeKind::Cancelled;
    events_.emplace_back(
        event::StepFinished{ref(try_), current().name, outcome, stepTook_, std::exchange(made_, {})});
    if (outcome.failed()) {
        const std::string name = fmt::format("step '{}'", current().name);
        outcome.message =
            outcome.exit && !outcome.timeout && outcome.message.empty()
                ? name
                : fmt::format("{}: {}", name, outcome.message.empty() ? describe(outcome) : outcome.message);
        failJob(std::move(outcome));
    }
    toStep(step_ + 1);
}

// A place may only say what it was allowed to: anything else must not pass for the job's own doing.
Outcome AttemptMachine::checked(Outcome outcome) const {
    const bool odd = outcome.kind == OutcomeKind::Skipped || outcome.kind == OutcomeKind::Interrupted ||
                     (outcome.kind == OutcomeKind::Cancelled && !stopping());
    if (odd) {
        return Outcome::infrastructure(
            fmt::format("the place ended it as {} though nothing asked for that", toString(outcome.kind)));
    }
    if (outcome.kind == OutcomeKind::Cancelled && !cancelled_ && failure_) {
        return *failure_; // stopped by the deadline
    }
    return outcome;
}

const plan::Step& AttemptMachine::current() const {
    CIRQUE_ASSERT(step_ >= 0 && step_ < static_cast<int>(job_->steps.size()), "a step of the job");
    return job_->steps[static_cast<std::size_t>(step_)];
}

TryRef AttemptMachine::ref(int tryNumber) const {
    return {job_->name, attempt_, step_, tryNumber};
}

std::vector<event::Body> AttemptMachine::takeEvents() {
    return std::exchange(events_, {});
}

} // namespace cirque::engine
