// SPDX-License-Identifier: Apache-2.0
#include "history/timeline.hh"

#include "event/journal/journal.hh"
#include "history/layout.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace cirque::history {
namespace {

constexpr std::size_t mostMarks = 10'000; // a run that annotates without end must not fill the memory

void interrupt(AttemptSpan& attempt) {
    for (StepSpan& step : attempt.steps) {
        for (TrySpan& one : step.tries) {
            one.outcome = one.outcome ? one.outcome : Outcome::interrupted();
        }
        step.outcome = step.outcome ? step.outcome : Outcome::interrupted();
    }
    for (ServiceSpan& service : attempt.services) {
        for (ServiceStart& one : service.starts) {
            one.outcome = one.outcome || one.end ? one.outcome : Outcome::interrupted();
        }
        service.outcome = service.outcome ? service.outcome : Outcome::interrupted();
    }
    attempt.outcome = attempt.outcome ? attempt.outcome : Outcome::interrupted();
}

} // namespace

std::string_view toString(Mark::Kind kind) {
    switch (kind) {
    case Mark::Kind::Notice:
        return "notice";
    case Mark::Kind::Annotation:
        return "annotation";
    case Mark::Kind::Artifact:
        return "artifact";
    case Mark::Kind::Tests:
        return "tests";
    case Mark::Kind::Cancel:
        return "cancel";
    }
    return {};
}

std::optional<Micros> JobSpan::duration(Micros until) const {
    return attempts.empty() ? std::nullopt : std::optional(finished.value_or(until) - attempts.front().start);
}

const JobSpan* Timeline::findJob(std::string_view job) const {
    const auto found = std::ranges::find(jobs, job, &JobSpan::name);
    return found == jobs.end() ? nullptr : &*found;
}

JobSpan* TimelineBuilder::job(const std::string& name) {
    const auto found = jobs_.find(name);
    return found == jobs_.end() ? nullptr : &out_.jobs[found->second];
}

AttemptSpan* TimelineBuilder::attempt(const std::string& name, int number) {
    JobSpan* owner = job(name);
    if (owner == nullptr || owner->attempts.empty() || owner->attempts.back().number != number) {
        return nullptr; // only the last attempt is ever under way
    }
    return &owner->attempts.back();
}

StepSpan* TimelineBuilder::step(const TryRef& ref) {
    AttemptSpan* parent = attempt(ref.job, ref.attempt);
    if (parent == nullptr || ref.step < 0) {
        return nullptr;
    }
    if (parent->steps.empty() || parent->steps.back().index != ref.step) {
        parent->steps.emplace_back().index = ref.step;
    }
    return &parent->steps.back();
}

TrySpan* TimelineBuilder::tryOf(const TryRef& ref) {
    StepSpan* parent = step(ref);
    const bool known =
        parent != nullptr && !parent->tries.empty() && parent->tries.back().number == ref.tryNumber;
    return known ? &parent->tries.back() : nullptr;
}

void TimelineBuilder::mark(Mark::Kind kind, std::string job, int step, std::string level, std::string text) {
    if (out_.marks.size() < mostMarks) {
        out_.marks.push_back({kind, now_, std::move(job), step, std::move(level), std::move(text)});
    }
}

void TimelineBuilder::on(const event::Event& event, const event::RunStarted& body) {
    out_.name = body.name;
    out_.workflow = body.workflow;
    out_.version = body.version;
    out_.rerunOf = body.rerunOf;
    out_.started = event.time;
}

void TimelineBuilder::on(const event::Event&, const event::EvaluationFinished& body) {
    out_.evaluation = body;
}

void TimelineBuilder::on(const event::Event&, const event::JobsAdded& body) {
    for (const event::JobInfo& info : body.jobs) {
        if (!jobs_.try_emplace(info.name, out_.jobs.size()).second) {
            continue;
        }
        JobSpan& made = out_.jobs.emplace_back();
        made.name = info.name;
        made.number = static_cast<int>(out_.jobs.size());
        made.needs = info.needs;
        made.steps = info.steps;
        made.by = body.by;
        made.added = now_;
    }
}

void TimelineBuilder::on(const event::Event&, const event::JobQueued& body) {
    if (JobSpan* owner = job(body.job)) {
        owner->queued = now_;
    }
}

void TimelineBuilder::on(const event::Event&, const event::JobStarted& body) {
    if (JobSpan* owner = job(body.job)) {
        AttemptSpan& made = owner->attempts.emplace_back();
        made.number = body.attempt;
        made.executor = body.executor;
        made.queued = std::exchange(owner->queued, std::nullopt);
        made.start = now_;
    }
}

void TimelineBuilder::on(const event::Event&, const event::JobRetrying& body) {
    if (AttemptSpan* one = attempt(body.job, body.attempt)) {
        one->end = now_;
        one->outcome = body.outcome;
        one->delay = body.delay;
        one->of = body.of;
    }
}

void TimelineBuilder::on(const event::Event&, const event::JobFinished& body) {
    JobSpan* owner = job(body.job);
    if (owner == nullptr) {
        return;
    }
    owner->finished = now_;
    owner->outcome = body.outcome;
    owner->tolerated = body.tolerated;
    owner->reusedFrom = body.reusedFrom;
    if (!owner->attempts.empty() && !owner->attempts.back().end) {
        owner->attempts.back().end = now_;
        owner->attempts.back().outcome = body.outcome;
    }
}

void TimelineBuilder::on(const event::Event&, const event::ProvisionStarted& body) {
    if (AttemptSpan* one = attempt(body.job, body.attempt)) {
        one->provisionStart = now_;
    }
}

void TimelineBuilder::on(const event::Event&, const event::ProvisionFinished& body) {
    if (AttemptSpan* one = attempt(body.job, body.attempt)) {
        one->provisionEnd = now_;
    }
}

void TimelineBuilder::on(const event::Event&, const event::StepStarted& body) {
    if (StepSpan* one = step(body.ref)) {
        one->name = body.name;
        TrySpan& made = one->tries.emplace_back();
        made.number = body.ref.tryNumber;
        made.start = now_;
    }
}

void TimelineBuilder::on(const event::Event&, const event::StepRetrying& body) {
    if (TrySpan* one = tryOf(body.ref)) {
        one->end = now_;
        one->outcome = body.outcome;
        one->delay = body.delay;
        one->of = body.of;
    }
}

void TimelineBuilder::on(const event::Event&, const event::StepFinished& body) {
    if (StepSpan* one = step(body.ref)) {
        one->name = body.name;
        one->outcome = body.outcome;
        one->end = now_;
    }
    // a step that was stopped in the pause after a try ends that try a second time: the first end stands
    if (TrySpan* one = tryOf(body.ref); one != nullptr && !one->end) {
        one->end = now_;
        one->outcome = body.outcome;
    }
}

void TimelineBuilder::on(const event::Event&, const event::ArtifactSaved& body) {
    mark(Mark::Kind::Artifact, body.job, -1, "", body.name);
}

void TimelineBuilder::on(const event::Event&, const event::Annotation& body) {
    const std::string place = body.file.empty() ? "" : fmt::format("{}:{}: ", body.file, body.line);
    mark(Mark::Kind::Annotation, body.ref.job, body.ref.step, body.level, place + body.message);
}

void TimelineBuilder::on(const event::Event&, const event::TestsReported& body) {
    mark(Mark::Kind::Tests, body.job, -1, body.failed > 0 ? "error" : "",
         fmt::format("{}: {} passed, {} failed, {} skipped", body.source, body.passed, body.failed,
                     body.skipped));
}

void TimelineBuilder::on(const event::Event&, const event::Notice& body) {
    mark(Mark::Kind::Notice, body.job, -1, body.level, body.message);
}

void TimelineBuilder::on(const event::Event&, const event::CancelRequested& body) {
    mark(Mark::Kind::Cancel, body.job, -1, "", body.reason);
}

void TimelineBuilder::on(const event::Event&, const event::RunFinished& body) {
    out_.outcome = body.outcome;
    out_.exitStatus = body.exitStatus;
    ended_ = true;
}

void TimelineBuilder::add(const event::Event& event) {
    start_ = start_ ? start_ : event.mono;
    constexpr std::int64_t nanosPerMicro = 1000;
    // a journal that lies about its clock must not make a span that ends before it starts
    now_ = std::max(now_, Micros((event.mono.nanos - start_->nanos) / nanosPerMicro));
    out_.length = now_;
    std::visit(
        [&]<class Body>(const Body& body) {
            if constexpr (requires { this->on(event, body); }) {
                on(event, body);
            }
        },
        event.body);
}

Timeline TimelineBuilder::take(bool alive) && {
    out_.state = ended_ ? RunState::Finished : alive ? RunState::Running : RunState::Interrupted;
    if (out_.state == RunState::Interrupted) {
        out_.outcome = Outcome::interrupted();
        for (JobSpan& job : out_.jobs) {
            if (!job.outcome && !job.attempts.empty()) {
                job.outcome = Outcome::interrupted();
                interrupt(job.attempts.back());
            }
        }
    }
    return std::move(out_);
}

Result<Timeline> loadTimeline(const std::string& stateDir, const RunId& run) {
    const RunFolder folder = runFolder(stateDir, run);
    if (::access(folder.path.c_str(), F_OK) != 0) {
        return fail(ErrorCode::NotFound, fmt::format("there is no run {} in {}", run.text(), stateDir),
                    "`cirque runs` lists the runs there are");
    }
    // Asked before and after: a run that begins or ends while its journal is read was not interrupted.
    const bool before = RunLock::isHeld(folder.lock());
    TimelineBuilder builder(run);
    const auto read = event::readJournal(folder.journal(), [&](const event::Event& event) {
        builder.add(event);
        return true;
    });
    Timeline timeline = std::move(builder).take(before || RunLock::isHeld(folder.lock()));
    timeline.damage = read ? "" : read.error().text();
    return timeline;
}

} // namespace cirque::history
