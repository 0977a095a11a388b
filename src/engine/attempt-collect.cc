// SPDX-License-Identifier: Apache-2.0
// After the steps: reports, results and artifacts, the end of the place, the outcome.
#include "engine/attempt-machine.hh"
#include "plan/reports.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cirque::engine {

// A job that its own condition skips, or that cannot be set up, needs no services.
void AttemptMachine::toServices() {
    if (job_->services.empty()) {
        toStep(0);
    } else {
        action_ = StartServices{};
    }
}

void AttemptMachine::servicesStarted(const Outcome& outcome) {
    if (stopping()) {
        cut_ = cancelled_;
        toClose();
    } else if (outcome.ok()) {
        serving_ = true;
        toStep(0);
    } else {
        failJob(outcome);
        toClose();
    }
}

// What services write as they end belongs to the job's files.
void AttemptMachine::afterSteps() {
    if (serving_) {
        action_ = StopServices{};
    } else {
        toReport(0);
    }
}

// Steps that were content with a service that had failed prove nothing.
void AttemptMachine::servicesStopped(const Outcome& outcome) {
    serving_ = false;
    if (outcome.failed() && !failure_ && !cut_) {
        failJob(outcome);
    }
    toReport(0);
}

// Before anything of the job is taken for good: a report decides whether it is.
void AttemptMachine::toReport(std::size_t report) {
    for (; report < job_->reports.size() && !immediate_; ++report) {
        const plan::Report& wanted = job_->reports[report];
        if (wanted.step.empty()) {
            action_ = ReadReport{report, std::nullopt};
            return;
        }
        const auto ran = tries_.find(plan::findStep(*job_, wanted.step).value_or(-1));
        if (ran != tries_.end()) {
            action_ = ReadReport{report, TryRef{job_->name, attempt_, ran->first, ran->second}};
            return;
        }
        if (!failure_ && !cut_) {
            events_.emplace_back(event::Notice{
                "info", job_->name,
                fmt::format("step '{}' did not run, so it reported no tests", wanted.step), ""});
        }
    }
    cut_ = cut_ || (immediate_ && cancelled_ && report < job_->reports.size());
    checkResults();
    toOutput(0);
}

// What a report says comes second to what the steps themselves said.
void AttemptMachine::reportRead(ActionResult result) {
    const std::size_t index = std::get<ReadReport>(action_).report;
    const plan::Report& report = job_->reports[index];
    for (event::TestsReported& tests : result.reports.tests) {
        events_.emplace_back(tests);
    }
    std::optional<Outcome> verdict;
    if (!result.outcome.ok()) {
        cut_ = cut_ || (immediate_ && cancelled_); // that may be why
        verdict = checked(std::move(result.outcome));
        verdict->message = fmt::format("{} could not be read: {}", describe(report), describe(*verdict));
    } else {
        verdict = reportVerdict(report, result.reports);
    }
    if (verdict && !failure_ && !cut_) {
        failJob(std::move(*verdict));
    } else if (verdict && (result.reports.tests.empty() || !result.reports.problems.empty())) {
        events_.emplace_back(event::Notice{"info", job_->name, verdict->message, verdict->hint});
    }
    toReport(index + 1);
}

void AttemptMachine::keepSummary(ActionResult& result) {
    if (!result.summary.empty()) {
        events_.emplace_back(event::SummaryWritten{ref(try_), std::move(result.summary)});
    }
    if (!result.summaryProblem.empty()) {
        events_.emplace_back(event::Notice{
            "warning", job_->name,
            fmt::format("the summary of step '{}' was not kept: {}", current().name, result.summaryProblem),
            ""});
    }
}

// A later step's value wins. A result that was promised but not given must not reach dependants as an empty
// one.
void AttemptMachine::checkResults() {
    if (failure_ || cut_) {
        return;
    }
    for (const std::string& name : job_->results) {
        const auto found = std::find_if(outputs_.rbegin(), outputs_.rend(),
                                        [&](const auto& output) { return output.first == name; });
        if (found == outputs_.rend()) {
            Outcome outcome = Outcome::failedWith(fmt::format("no step gave the result '{}'", name));
            outcome.hint = fmt::format("a step must write it: echo \"{}=VALUE\" >> \"$CIRQUE_OUTPUT\"", name);
            results_.clear();
            failJob(std::move(outcome));
            return;
        }
        results_.emplace_back(*found);
    }
}

void AttemptMachine::toOutput(std::size_t output) {
    for (; output < job_->outputs.size() && !immediate_; ++output) {
        if ((!failure_ && !cut_) || job_->outputs[output].always) {
            action_ = SaveOutput{output};
            return;
        }
    }
    cut_ = cut_ || (immediate_ && cancelled_ && output < job_->outputs.size());
    toClose();
}

void AttemptMachine::outputSaved(const ActionResult& result) {
    const std::size_t index = std::get<SaveOutput>(action_).output;
    const plan::ArtifactOutput& output = job_->outputs[index];
    if (result.outcome.ok()) {
        events_.emplace_back(event::ArtifactSaved{job_->name, output.name, output.path, result.artifact.bytes,
                                                  result.artifact.files, result.artifact.sha256});
        for (const std::string& path : result.artifact.skipped) {
            events_.emplace_back(
                event::Notice{"warning", job_->name,
                              fmt::format("artifact '{}' was saved without {}: it is no file, folder or link",
                                          output.name, path),
                              ""});
        }
    } else if (failure_ || cut_ || cancelled_) {
        cut_ = cut_ || cancelled_; // that may be why
        events_.emplace_back(event::Notice{
            "warning", job_->name,
            fmt::format("artifact '{}' was not saved: {}", output.name, describe(result.outcome)),
            result.outcome.hint});
    } else {
        Outcome outcome = checked(result.outcome);
        outcome.message = fmt::format("artifact '{}' was not saved: {}", output.name, outcome.message);
        failJob(std::move(outcome));
    }
    toOutput(index + 1);
}

void AttemptMachine::toClose() {
    if (opened_) {
        action_ = ClosePlace{};
    } else {
        closed(Outcome::succeeded());
    }
}

// What the job did stands, however its place ended.
void AttemptMachine::closed(const Outcome& outcome) {
    if (!outcome.ok()) {
        events_.emplace_back(event::Notice{"warning", job_->name,
                                           fmt::format("its place was not left clean: {}", describe(outcome)),
                                           outcome.hint});
    }
    action_ = AttemptDone{};
    if (!this->outcome().ok()) {
        results_.clear();
    }
    for (const auto& [name, value] : results_) {
        events_.emplace_back(event::ResultExported{job_->name, name, value});
    }
}

void AttemptMachine::failJob(Outcome outcome) {
    if (!failure_) {
        failure_ = std::move(outcome);
    }
}

Outcome AttemptMachine::outcome() const {
    if (failure_) {
        return *failure_;
    }
    if (cut_) {
        return Outcome::cancelled();
    }
    if (skipped_) {
        return Outcome::skipped(SkipReason::OwnCondition);
    }
    return stepsRun_ > 0 && stepsRun_ == stepsCached_ ? Outcome::cached() : Outcome::succeeded();
}

NamedValues AttemptMachine::takeResults() {
    return std::exchange(results_, {});
}

} // namespace cirque::engine
