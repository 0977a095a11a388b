// SPDX-License-Identifier: Apache-2.0
#include "report/explain/explain.hh"

#include "base/text.hh"
#include "event/types/json-text.hh"
#include "event/types/json.hh"
#include "history/json.hh"
#include "report/explain/reasons.hh"
#include "report/explain/services.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::report {
namespace {

using history::AttemptSpan;
using history::JobSpan;
using history::Micros;
using history::StepSpan;
using history::Timeline;
using history::TrySpan;

Millis inMillis(Micros span) {
    return std::chrono::duration_cast<Millis>(span);
}

std::string inWords(Micros span) {
    return formatDuration(inMillis(span));
}

class Explainer {
  public:
    Explainer(const Timeline& timeline, const plan::Plan* plan, const JobSpan& job)
        : timeline_(timeline), plan_(plan), job_(job), planned_(plannedJob(plan, job)) {
        out_.run = timeline.id;
        out_.job = job.name;
        out_.outcome = job.outcome;
        out_.reusedFrom = job.reusedFrom;
        out_.condition = planned_ == nullptr ? "" : conditionWords(planned_->condition);
        out_.stage = stage();
    }

    Explanation run() {
        whatItNeeds();
        if (!job_.reusedFrom.empty()) {
            reused();
        } else if (const std::vector<std::string> members = madeByIt(); !members.empty()) {
            matrix(members);
        } else if (job_.attempts.empty()) {
            neverRan();
        } else {
            whyItRan();
            for (const AttemptSpan& one : job_.attempts) {
                attempt(one);
            }
            ending();
        }
        return std::move(out_);
    }

  private:
    void say(std::string sentence) { out_.sentences.push_back(std::move(sentence)); }

    [[nodiscard]] Stage stage() const {
        const bool over = job_.outcome.has_value() || timeline_.state != history::RunState::Running;
        return over                     ? Stage::Ended
               : job_.queued            ? Stage::Queued
               : !job_.attempts.empty() ? Stage::Running
                                        : Stage::Waiting;
    }

    // Since when it could have run.
    [[nodiscard]] std::optional<Micros> readySince() const {
        return job_.attempts.empty() ? job_.queued : job_.attempts.front().queued;
    }

    void whatItNeeds() {
        if (!job_.by.empty()) {
            say(fmt::format("The matrix of '{}' made it.", shown(job_.by)));
        }
        if (job_.needs.empty()) {
            say("It needs no other job.");
            return;
        }
        const JobSpan* last = nullptr;
        for (const std::string& name : job_.needs) {
            const JobSpan* need = timeline_.findJob(name);
            if (need != nullptr && need->finished && (last == nullptr || *need->finished > *last->finished)) {
                last = need;
            }
        }
        std::string sentence = fmt::format("It needs {}", listed(job_.needs));
        if (const auto ready = readySince(); ready && last != nullptr) {
            out_.lastNeed = last->name;
            out_.waitedForNeeds = inMillis(*ready - job_.added);
            sentence += job_.needs.size() == 1
                            ? ", which"
                            : fmt::format(", of which '{}' was the last that", shown(last->name));
            sentence += fmt::format(" ended {} into the run", inWords(*last->finished));
        }
        say(sentence + ".");
    }

    void reused() {
        const std::string end = job_.outcome ? report::inWords(*job_.outcome) : "no verdict";
        const bool good = job_.outcome && job_.outcome->ok();
        say(good
                ? fmt::format("It did not run again: run {} had done it, and what came of it was taken over.",
                              job_.reusedFrom)
                : fmt::format("It did not run again: in run {} it came to '{}', and that still holds.",
                              job_.reusedFrom, end));
    }

    [[nodiscard]] std::vector<std::string> madeByIt() const {
        std::vector<std::string> members;
        for (const JobSpan& one : timeline_.jobs) {
            if (one.by == job_.name) {
                members.push_back(one.name);
            }
        }
        return members;
    }

    void matrix(const std::vector<std::string>& members) {
        out_.allowed = true;
        say(fmt::format("It has a matrix, which made {}.", listed(members)));
        say(job_.outcome ? fmt::format("Together they came to: {}.", report::inWords(*job_.outcome))
                         : "They have not all ended.");
    }

    void neverRan() {
        if (job_.outcome && job_.outcome->kind == OutcomeKind::Skipped) {
            if (job_.outcome->skip == SkipReason::OwnCondition) {
                out_.allowed = false;
            }
            say(fmt::format("It was skipped: {}.", skipWords(timeline_, plan_, job_, out_.path)));
        } else if (job_.outcome) {
            say(fmt::format("It never began. It ended with: {}.", report::inWords(*job_.outcome)));
        } else if (out_.stage == Stage::Ended) {
            say("The run ended before it could begin.");
        } else if (job_.queued) {
            out_.waitedForSlot = inMillis(timeline_.length - *job_.queued);
            say(fmt::format("It has been waiting {} for a free slot.", formatDuration(out_.waitedForSlot)));
        } else {
            say(waitsFor());
        }
    }

    [[nodiscard]] std::string waitsFor() const {
        std::vector<std::string> open;
        for (const std::string& name : job_.needs) {
            const JobSpan* need = timeline_.findJob(name);
            if (need == nullptr || !need->outcome) {
                open.push_back(name);
            }
        }
        return open.empty() ? "It is about to begin." : fmt::format("It waits for {}.", listed(open));
    }

    // The last attempt got as far as a step: a bash condition, which is asked before that, had said yes.
    [[nodiscard]] bool gotToSteps() const {
        return std::ranges::any_of(job_.attempts, [](const AttemptSpan& one) { return !one.steps.empty(); });
    }

    void whyItRan() {
        if (planned_ == nullptr) {
            return;
        }
        const plan::Condition& condition = planned_->condition;
        if (!condition.bash.empty()) {
            conditionByBash();
            return;
        }
        out_.allowed = true;
        if (condition.when == plan::When::Always) {
            say("Its condition is always(): it runs whatever became of what it needs.");
        } else if (condition.when == plan::When::Failure) {
            const JobSpan* need = failedNeed(timeline_, job_, out_.path);
            say(fmt::format("Its condition is failure(), and {} had failed.",
                            need == nullptr ? "something it needs" : fmt::format("'{}'", shown(need->name))));
        } else if (condition.when == plan::When::Cancelled) {
            say("Its condition is cancelled(), and the run, or what it needs, was cancelled.");
        } else if (!job_.needs.empty()) {
            say("Nothing it needs had failed or was skipped, so its condition, success(), held.");
        }
    }

    void conditionByBash() {
        if (gotToSteps()) {
            out_.allowed = true;
            say(fmt::format("Its condition, {}, said yes.", out_.condition));
        } else if (job_.outcome && job_.outcome->skip == SkipReason::OwnCondition) {
            out_.allowed = false;
        } else {
            say(fmt::format("Its condition, {}, did not come to a yes or a no.", out_.condition));
        }
    }

    void attempt(const AttemptSpan& attempt) {
        std::string sentence =
            attempt.number == 1 ? "It began" : fmt::format("Attempt {} began", attempt.number);
        sentence += fmt::format(" {} into the run", inWords(attempt.start));
        if (attempt.queued) {
            const Millis waited = inMillis(attempt.start - *attempt.queued);
            out_.waitedForSlot += waited;
            sentence += waited > Millis(0)
                            ? fmt::format(", after {} of waiting for a free slot", formatDuration(waited))
                            : ", at once, as a slot was free";
        }
        say(sentence + fmt::format(", at the place '{}'.", shown(attempt.executor)));
        if (attempt.provisionStart && attempt.provisionEnd) {
            say(fmt::format("Providing what its steps need took {}.",
                            inWords(*attempt.provisionEnd - *attempt.provisionStart)));
        }
        if (const auto starting = attempt.startingServices(timeline_.length)) {
            out_.waitedForServices += inMillis(starting->second - starting->first);
        }
        for (const history::ServiceSpan& one : attempt.services) {
            say(serviceWords(attempt, one, timeline_.length));
        }
        steps(attempt);
        if (attempt.of > 0 && attempt.outcome) {
            out_.paused += attempt.delay;
            say(fmt::format("Attempt {} of at most {} ended with {}; the next was to follow after {}.",
                            attempt.number, attempt.of, report::inWords(*attempt.outcome),
                            formatDuration(attempt.delay)));
        }
    }

    // Steps that did what they should are counted; the others are told one by one.
    void steps(const AttemptSpan& attempt) {
        std::size_t good = 0;
        std::vector<std::string> told;
        for (const StepSpan& step : attempt.steps) {
            for (const TrySpan& one : step.tries) {
                out_.paused += one.delay;
            }
            const bool plain = step.outcome && step.outcome->ok() && step.tries.size() == 1;
            good += plain ? 1 : 0;
            if (!plain) {
                told.push_back(stepWords(step));
            }
        }
        if (good > 0) {
            say(good < job_.steps.size()
                    ? fmt::format("{} of its {} steps succeeded at the first try.", good, job_.steps.size())
                : good == 1 ? "Its step succeeded at the first try."
                            : fmt::format("All its {} steps succeeded at the first try.", good));
        }
        std::ranges::move(told, std::back_inserter(out_.sentences));
    }

    [[nodiscard]] static std::string stepWords(const StepSpan& step) {
        std::string out = fmt::format("Step {}, '{}', ", step.index + 1, shown(step.name));
        if (!step.outcome) {
            out += "is under way";
        } else if (step.outcome->kind == OutcomeKind::Skipped) {
            out += fmt::format("did not run ({})", report::inWords(*step.outcome));
        } else {
            out += fmt::format("ended with: {}", report::inWords(*step.outcome));
        }
        if (step.tries.size() > 1) {
            Millis paused{0};
            for (const TrySpan& one : step.tries) {
                paused += one.delay;
            }
            out += fmt::format(", in {} tries with {} of pauses between them", step.tries.size(),
                               formatDuration(paused));
        }
        return out + ".";
    }

    void ending() {
        if (!job_.outcome) {
            say(out_.stage == Stage::Ended ? "The run ended before it did." : "It has not ended.");
            return;
        }
        const Micros took = job_.duration(timeline_.length).value_or(Micros(0));
        if (job_.outcome->kind == OutcomeKind::Skipped) {
            say(fmt::format("It was skipped: {}.", skipWords(timeline_, plan_, job_, out_.path)));
            return;
        }
        if (job_.outcome->kind == OutcomeKind::Cached) {
            say("It is cached: all it builds existed already, so nothing was built.");
        }
        say(fmt::format("It ended {} later with: {}.", inWords(took), report::inWords(*job_.outcome)));
        if (job_.tolerated) {
            say("It has continueOnError, so those who need it go on as if it had succeeded.");
        }
    }

    const Timeline& timeline_;
    const plan::Plan* plan_;
    const JobSpan& job_;
    const plan::Job* planned_;
    Explanation out_;
};

} // namespace

std::string_view toString(Stage stage) {
    switch (stage) {
    case Stage::Waiting:
        return "waiting";
    case Stage::Queued:
        return "queued";
    case Stage::Running:
        return "running";
    case Stage::Ended:
        return "ended";
    }
    return {};
}

Result<Explanation> explain(const Timeline& timeline, const plan::Plan* plan, std::string_view job) {
    if (const JobSpan* found = timeline.findJob(job)) {
        return Explainer(timeline, plan, *found).run();
    }
    std::vector<std::string_view> names;
    for (const JobSpan& one : timeline.jobs) {
        names.push_back(one.name);
    }
    const std::string_view near = nearest(job, names);
    return fail(ErrorCode::NotFound, fmt::format("run {} has no job '{}'", timeline.id.text(), job),
                near.empty()
                    ? fmt::format("`cirque show {}` lists its jobs", timeline.id.text().substr(0, 13))
                    : fmt::format("did you mean '{}'?", near));
}

JsonObject toJson(const Explanation& explanation) {
    JsonObject out{{"version", history::jsonVersion}, {"run", explanation.run.text()}};
    event::putText(out, "job", explanation.job);
    out["stage"] = toString(explanation.stage);
    out["outcome"] = explanation.outcome ? Json(event::toJson(*explanation.outcome)) : Json(nullptr);
    event::putText(out, "condition", explanation.condition);
    out["allowed"] = explanation.allowed ? Json(*explanation.allowed) : Json(nullptr);
    out["path"] = JsonArray(explanation.path.begin(), explanation.path.end());
    event::putText(out, "lastNeed", explanation.lastNeed);
    out["waitedForNeeds"] = explanation.waitedForNeeds.count();
    out["waitedForSlot"] = explanation.waitedForSlot.count();
    out["waitedForServices"] = explanation.waitedForServices.count();
    out["paused"] = explanation.paused.count();
    event::putText(out, "reusedFrom", explanation.reusedFrom);
    out["sentences"] = JsonArray(explanation.sentences.begin(), explanation.sentences.end());
    return out;
}

} // namespace cirque::report
