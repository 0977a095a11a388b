// SPDX-License-Identifier: Apache-2.0
#include "history/summary.hh"

#include <algorithm>

namespace cirque::history {
namespace {

// A journal is foreign bytes: no step number in it may make us reserve the world.
constexpr std::size_t mostSteps = 100'000;

void interrupt(std::vector<TrySummary>& tries) {
    for (TrySummary& one : tries) {
        if (!one.outcome) {
            one.outcome = Outcome::interrupted();
        }
    }
}

void interrupt(JobSummary& job) {
    if (job.attempts == 0 || job.outcome) {
        return;
    }
    job.outcome = Outcome::interrupted();
    interrupt(job.setup);
    for (std::vector<StepSummary>* all : {&job.steps, &job.services}) {
        for (StepSummary& one : *all) {
            if (!one.outcome && !one.tries.empty()) {
                one.outcome = Outcome::interrupted();
            }
            interrupt(one.tries);
        }
    }
}

} // namespace

std::string_view toString(RunState state) {
    switch (state) {
    case RunState::Running:
        return "running";
    case RunState::Finished:
        return "finished";
    case RunState::Interrupted:
        return "interrupted";
    }
    return {};
}

const JobSummary* RunSummary::findJob(std::string_view job) const {
    const auto found = std::ranges::find(jobs, job, &JobSummary::name);
    return found == jobs.end() ? nullptr : &*found;
}

JobSummary* Summarizer::job(const std::string& name) {
    const auto found = jobs_.find(name);
    return found == jobs_.end() ? nullptr : &run_.jobs[found->second];
}

StepSummary* Summarizer::step(const TryRef& ref) {
    JobSummary* owner = job(ref.job);
    const std::optional<std::size_t> service = ref.service();
    const std::size_t index = service.value_or(static_cast<std::size_t>(ref.step));
    if (owner == nullptr || (!service && ref.step < 0) || index >= mostSteps) {
        return nullptr;
    }
    std::vector<StepSummary>& all = service ? owner->services : owner->steps;
    if (index >= all.size()) {
        all.resize(index + 1);
    }
    return &all[index];
}

TrySummary* Summarizer::tryOf(const TryRef& ref) {
    JobSummary* owner = job(ref.job);
    StepSummary* parent = step(ref);
    if (owner == nullptr || (parent == nullptr && ref.step >= 0) || ref.tryNumber < 1) {
        return nullptr;
    }
    std::vector<TrySummary>& tries = parent != nullptr ? parent->tries : owner->setup;
    const auto same = [&](const TrySummary& one) {
        return one.attempt == ref.attempt && one.number == ref.tryNumber;
    };
    // the one that is asked for is nearly always the last
    const auto found = std::find_if(tries.rbegin(), tries.rend(), same);
    if (found != tries.rend()) {
        return &*found;
    }
    TrySummary made;
    made.attempt = ref.attempt;
    made.number = ref.tryNumber;
    return &tries.emplace_back(std::move(made));
}

void Summarizer::on(const event::Event& event, const event::RunStarted& body) {
    run_.name = body.name;
    run_.workflow = body.workflow;
    run_.tree = body.tree;
    run_.version = body.version;
    run_.started = event.time;
}

void Summarizer::on(const event::Event&, const event::JobsAdded& body) {
    for (const event::JobInfo& info : body.jobs) {
        if (!jobs_.try_emplace(info.name, run_.jobs.size()).second) {
            continue;
        }
        JobSummary& made = run_.jobs.emplace_back();
        made.name = info.name;
        made.number = static_cast<int>(run_.jobs.size());
        made.needs = info.needs;
        for (const std::string& name : info.steps) {
            made.steps.emplace_back().name = name;
        }
        for (const std::string& name : info.services) {
            made.services.emplace_back().name = name;
        }
    }
}

void Summarizer::on(const event::Event& event, const event::JobStarted& body) {
    if (JobSummary* owner = job(body.job)) {
        owner->attempts = body.attempt;
        owner->told = {};
        owner->executor = body.executor;
        for (std::vector<StepSummary>* all : {&owner->steps, &owner->services}) {
            for (StepSummary& one : *all) {
                one.outcome.reset();
                one.starts = 0;
                one.up.reset();
            }
        }
        if (!owner->started) {
            owner->started = event.time;
            jobStarts_[body.job] = event.mono;
        }
    }
}

void Summarizer::on(const event::Event& event, const event::JobFinished& body) {
    if (JobSummary* owner = job(body.job)) {
        owner->outcome = body.outcome;
        owner->tolerated = body.tolerated;
        if (const auto start = jobStarts_.find(body.job); start != jobStarts_.end()) {
            owner->duration = event.mono - start->second;
        }
    }
}

void Summarizer::on(const event::Event& event, const event::StepStarted& body) {
    tryOf(body.ref);
    tryStarts_[body.ref] = event.mono;
    if (JobSummary* owner = job(body.ref.job); owner != nullptr && body.ref.tryNumber > 1) {
        owner->told.forget(body.ref.step);
    }
    if (StepSummary* one = step(body.ref)) {
        one->name = body.name;
    }
}

void Summarizer::on(const event::Event& event, const event::StepRetrying& body) {
    if (TrySummary* one = tryOf(body.ref)) {
        one->outcome = body.outcome;
        if (const auto start = tryStarts_.find(body.ref); start != tryStarts_.end()) {
            one->duration = event.mono - start->second;
        }
    }
}

void Summarizer::on(const event::Event&, const event::StepFinished& body) {
    if (TrySummary* one = tryOf(body.ref)) {
        one->outcome = body.outcome;
        one->duration = body.duration;
    }
    if (StepSummary* one = step(body.ref)) {
        one->name = body.name;
        one->outcome = body.outcome;
        one->duration = body.duration;
    }
}

void Summarizer::on(const event::Event& event, const event::ServiceStarted& body) {
    if (StepSummary* one = step(body.ref)) {
        one->name = body.name;
        one->starts = body.start;
        tryOf(body.ref);
        tryStarts_.try_emplace(body.ref, event.mono);
    }
}

void Summarizer::on(const event::Event&, const event::ServiceReady& body) {
    if (StepSummary* one = step(body.ref); one != nullptr && !one->up) {
        one->up = body.duration;
    }
}

void Summarizer::on(const event::Event& event, const event::ServiceStopped& body) {
    TrySummary* last = tryOf(body.ref);
    if (StepSummary* one = step(body.ref); one != nullptr && last != nullptr) {
        const auto start = tryStarts_.find(body.ref);
        one->outcome = last->outcome = body.outcome;
        one->duration = last->duration = start == tryStarts_.end() ? Millis{0} : event.mono - start->second;
    }
}

void Summarizer::on(const event::Event&, const event::LogProgress& body) {
    if (TrySummary* one = tryOf(body.ref)) {
        one->bytes = body.bytes;
        one->lines = body.lines;
    }
}

void Summarizer::on(const event::Event&, const event::ArtifactSaved& body) {
    run_.artifacts.push_back({body.job, body.name, body.path, body.bytes, body.files, body.sha256});
}

void Summarizer::on(const event::Event&, const event::TestsReported& body) {
    if (JobSummary* owner = job(body.job)) {
        owner->told.add(body);
    }
}

void Summarizer::on(const event::Event&, const event::Annotation& body) {
    if (JobSummary* owner = job(body.ref.job)) {
        owner->told.add(body);
    }
}

void Summarizer::on(const event::Event&, const event::SummaryWritten& body) {
    if (JobSummary* owner = job(body.ref.job)) {
        owner->told.add(body);
    }
}

void Summarizer::on(const event::Event& event, const event::RunFinished& body) {
    run_.outcome = body.outcome;
    run_.exitStatus = body.exitStatus;
    run_.finished = event.time;
    ended_ = true;
}

void Summarizer::add(const event::Event& event) {
    if (!runStart_) {
        runStart_ = event.mono;
    }
    run_.duration = event.mono - *runStart_;
    std::visit(
        [&]<class Body>(const Body& body) {
            if constexpr (requires { this->on(event, body); }) {
                on(event, body);
            }
        },
        event.body);
}

RunSummary Summarizer::take(bool alive) && {
    run_.state = ended_ ? RunState::Finished : alive ? RunState::Running : RunState::Interrupted;
    if (run_.state == RunState::Interrupted) {
        run_.outcome = Outcome::interrupted();
        std::ranges::for_each(run_.jobs, [](JobSummary& one) { interrupt(one); });
    }
    return std::move(run_);
}

} // namespace cirque::history
