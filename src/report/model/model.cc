// SPDX-License-Identifier: Apache-2.0
#include "report/model/model.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::report {
namespace {

constexpr std::size_t linesOfFailure = 20;
constexpr std::size_t mostFailures = 100;     // with their lines
constexpr std::size_t mostAnnotations = 1000; // beyond, they are counted
constexpr std::size_t mostSteps = 100'000;    // of a job, whatever an event says

MonoTime later(MonoTime time, Millis by) {
    return {time.nanos + by.count() * 1'000'000};
}

} // namespace

void RunModel::add(const event::Event& event) {
    run_ = event.run;
    std::visit(
        [&]<class Body>(const Body& body) {
            if constexpr (requires { this->on(event, body); }) {
                on(event, body);
                ++version_;
            }
        },
        event.body);
}

void RunModel::log(const TryRef& ref, std::string_view bytes) {
    ++version_;
    if (lastTail_ == nullptr || *lastRef_ != ref) {
        if (const JobModel* owner = find(ref.job); owner != nullptr && owner->state == JobState::Ended) {
            return; // a daemon that outlives its job's verdict
        }
        const auto found = tails_.try_emplace(ref).first;
        lastRef_ = &found->first;
        lastTail_ = &found->second;
    }
    lastTail_->add(bytes);
}

void RunModel::expect(std::unordered_map<std::string, Millis> durations) {
    expected_ = std::move(durations);
    for (JobModel& one : jobs_) {
        if (const auto found = expected_.find(one.name); found != expected_.end()) {
            one.expected = found->second;
        }
    }
    ++version_;
}

const JobModel* RunModel::find(std::string_view job) const {
    const auto found = byName_.find(std::string(job));
    return found == byName_.end() ? nullptr : &jobs_[found->second];
}

int RunModel::jobNumber(std::string_view job) const {
    const JobModel* found = find(job);
    return found == nullptr ? 0 : static_cast<int>(found - jobs_.data()) + 1;
}

JobModel* RunModel::job(const std::string& name) {
    const auto found = byName_.find(name);
    return found == byName_.end() ? nullptr : &jobs_[found->second];
}

StepModel* RunModel::step(const TryRef& ref) {
    JobModel* owner = job(ref.job);
    if (owner == nullptr || ref.step < 0 || static_cast<std::size_t>(ref.step) >= mostSteps) {
        return nullptr;
    }
    const auto index = static_cast<std::size_t>(ref.step);
    if (index >= owner->steps.size()) {
        owner->steps.resize(index + 1);
    }
    return &owner->steps[index];
}

ServiceModel* RunModel::service(const TryRef& ref) {
    JobModel* owner = job(ref.job);
    const std::optional<std::size_t> index = ref.service();
    if (owner == nullptr || !index || *index >= mostSteps) {
        return nullptr;
    }
    if (*index >= owner->services.size()) {
        owner->services.resize(*index + 1);
    }
    return &owner->services[*index];
}

std::optional<int> JobModel::awaitedService() const {
    const auto refOf = [&](auto found) {
        return std::optional(TryRef::firstService - static_cast<int>(found - services.begin()));
    };
    const bool began =
        std::ranges::any_of(steps, [](const StepModel& one) { return one.outcome || one.running; });
    const auto runs = [](const ServiceModel& one) { return one.starts > 0 && !one.outcome; };
    if (!began) {
        const auto found =
            std::ranges::find_if(services, [&](const ServiceModel& one) { return runs(one) && !one.up; });
        return found == services.end() ? std::nullopt : refOf(found);
    }
    const auto found = std::find_if(services.rbegin(), services.rend(), runs);
    const bool over =
        std::ranges::all_of(steps, [](const StepModel& one) { return one.outcome.has_value(); });
    return over && found != services.rend() ? refOf(found.base() - 1) : std::nullopt;
}

Counts RunModel::counts() const {
    Counts counts;
    for (const JobModel& one : jobs_) {
        if (!one.outcome) {
            ++(one.state == JobState::Running ? counts.running : counts.waiting);
            continue;
        }
        counts.tolerated += one.tolerated ? 1 : 0;
        switch (one.outcome->kind) {
        case OutcomeKind::Cached:
            ++counts.cached;
            [[fallthrough]];
        case OutcomeKind::Succeeded:
            ++counts.good;
            break;
        case OutcomeKind::Failed:
        case OutcomeKind::Infrastructure:
            counts.failed += one.tolerated ? 0 : 1;
            break;
        case OutcomeKind::Cancelled:
        case OutcomeKind::Interrupted:
            ++counts.cancelled;
            break;
        case OutcomeKind::Skipped:
            ++counts.skipped;
            break;
        }
    }
    return counts;
}

const Tail* RunModel::tail(const JobModel& job, int step) const {
    const auto known = static_cast<std::size_t>(std::max(step, 0));
    const int number = step < 0 ? 1 : known < job.steps.size() ? job.steps[known].tryNumber : 0;
    const auto found = tails_.find({job.name, job.attempt, step, number});
    return found == tails_.end() ? nullptr : &found->second;
}

std::string RunModel::stepName(const TryRef& ref) const {
    const JobModel* owner = find(ref.job);
    if (const auto service = ref.service()) {
        const bool known = owner != nullptr && *service < owner->services.size();
        return known ? owner->services[*service].name : fmt::format("service {}", *service + 1);
    }
    if (ref.step < 0) {
        return {};
    }
    const auto index = static_cast<std::size_t>(ref.step);
    const bool named = owner != nullptr && index < owner->steps.size() && !owner->steps[index].name.empty();
    return named ? owner->steps[index].name : fmt::format("{}", ref.step + 1);
}

void RunModel::on(const event::Event& event, const event::RunStarted& body) {
    name_ = body.name;
    workflow_ = body.workflow;
    started_ = event.mono;
}

void RunModel::on(const event::Event&, const event::EvaluationFinished& body) {
    evaluation_ = body;
}

void RunModel::on(const event::Event&, const event::JobsAdded& body) {
    for (const event::JobInfo& info : body.jobs) {
        if (!byName_.try_emplace(info.name, jobs_.size()).second) {
            continue;
        }
        JobModel& made = jobs_.emplace_back();
        made.name = info.name;
        made.needs = info.needs;
        made.by = body.by;
        for (const std::string& name : info.steps) {
            made.steps.emplace_back().name = name;
        }
        for (const std::string& name : info.services) {
            made.services.emplace_back().name = name;
        }
        if (const auto found = expected_.find(info.name); found != expected_.end()) {
            made.expected = found->second;
        }
    }
}

void RunModel::on(const event::Event&, const event::JobQueued& body) {
    if (JobModel* owner = job(body.job)) {
        owner->state = JobState::Queued;
    }
}

void RunModel::on(const event::Event& event, const event::JobStarted& body) {
    JobModel* owner = job(body.job);
    if (owner == nullptr) {
        return;
    }
    owner->state = JobState::Running;
    owner->attempt = body.attempt;
    owner->pause.reset();
    owner->provisioning = false;
    for (ServiceModel& one : owner->services) {
        ServiceModel anew;
        anew.name = std::move(one.name);
        one = std::move(anew);
    }
    owner->build.reset();
    owner->started = owner->started ? owner->started : event.mono;
    for (StepModel& one : owner->steps) {
        StepModel fresh;
        fresh.name = std::move(one.name);
        one = std::move(fresh);
    }
}

void RunModel::on(const event::Event& event, const event::JobRetrying& body) {
    if (JobModel* owner = job(body.job)) {
        owner->pause = Pause{body.attempt + 1, body.of, later(event.mono, body.delay)};
        owner->failures.clear();
        owner->testsPassed = owner->testsFailed = owner->testsSkipped = 0;
        dropTails(*owner);
        // what the attempt said about itself is not what the job came to
        std::erase_if(tests_, [&](const event::TestsReported& one) { return one.job == body.job; });
        std::erase_if(annotations_, [&](const event::Annotation& one) { return one.ref.job == body.job; });
        std::erase_if(summaries_, [&](const event::SummaryWritten& one) { return one.ref.job == body.job; });
    }
}

void RunModel::on(const event::Event& event, const event::JobFinished& body) {
    JobModel* owner = job(body.job);
    if (owner == nullptr) {
        return;
    }
    owner->state = JobState::Ended;
    owner->outcome = body.outcome;
    owner->tolerated = body.tolerated;
    owner->reusedFrom = body.reusedFrom;
    owner->pause.reset();
    owner->provisioning = false;
    owner->build.reset();
    owner->cancelling = false;
    if (owner->started) {
        owner->duration = event.mono - *owner->started;
    }
    for (StepModel& one : owner->steps) {
        one.running = false;
        one.pause.reset();
    }
    if (!body.outcome.failed()) {
        owner->failures.clear();
    }
    dropTails(*owner);
}

void RunModel::on(const event::Event&, const event::ProvisionStarted& body) {
    if (JobModel* owner = job(body.job)) {
        owner->provisioning = true;
    }
}

void RunModel::on(const event::Event&, const event::ProvisionFinished& body) {
    if (JobModel* owner = job(body.job)) {
        owner->provisioning = false;
        owner->build.reset();
    }
}

void RunModel::on(const event::Event&, const event::BuildProgress& body) {
    if (JobModel* owner = job(body.ref.job)) {
        owner->build = body;
    }
}

void RunModel::on(const event::Event& event, const event::StepStarted& body) {
    if (StepModel* one = step(body.ref)) {
        one->name = body.name;
        one->started = one->tryNumber == 0 ? event.mono : one->started;
        one->tryNumber = body.ref.tryNumber;
        one->running = true;
        one->pause.reset();
        one->outcome.reset();
    }
}

void RunModel::on(const event::Event& event, const event::StepRetrying& body) {
    if (StepModel* one = step(body.ref)) {
        one->pause = Pause{body.ref.tryNumber + 1, body.of, later(event.mono, body.delay)};
    }
}

void RunModel::on(const event::Event&, const event::StepFinished& body) {
    StepModel* one = step(body.ref);
    if (one == nullptr) {
        return;
    }
    one->name = body.name.empty() ? one->name : body.name;
    one->running = false;
    one->pause.reset();
    one->outcome = body.outcome;
    one->duration = body.duration;
    JobModel& owner = *job(body.ref.job);
    owner.build.reset();
    if (body.outcome.failed()) {
        keepFailure(owner, body.ref, body.outcome);
    } else if (const auto found = tails_.find(body.ref); found != tails_.end()) {
        found->second.shrink();
    }
}

void RunModel::on(const event::Event&, const event::ServiceStarted& body) {
    if (ServiceModel* one = service(body.ref)) {
        one->name = body.name;
        one->starts = body.start;
    }
}

void RunModel::on(const event::Event&, const event::ServiceReady& body) {
    if (ServiceModel* one = service(body.ref)) {
        one->up = true;
    }
}

void RunModel::on(const event::Event&, const event::ServiceStopped& body) {
    if (ServiceModel* one = service(body.ref)) {
        one->outcome = body.outcome;
        if (body.outcome.failed()) {
            keepFailure(*job(body.ref.job), body.ref, body.outcome);
        }
    }
}

void RunModel::keepFailure(JobModel& job, const TryRef& ref, const Outcome& outcome) {
    Failure failure;
    failure.step = ref.step;
    failure.outcome = outcome;
    if (const auto found = tails_.find(ref); found != tails_.end()) {
        failure.printed = found->second.bytes() > 0;
        if (failuresKept_ < mostFailures) {
            failure.lines = found->second.lastLines(linesOfFailure);
            ++failuresKept_;
        }
    }
    std::erase_if(job.failures, [&](const Failure& one) { return one.step == failure.step; });
    job.failures.push_back(std::move(failure));
}

void RunModel::dropTails(const JobModel& job) {
    for (auto at = tails_.lower_bound(TryRef{job.name, 0, -1, 0});
         at != tails_.end() && at->first.job == job.name;) {
        at = tails_.erase(at);
    }
    lastTail_ = nullptr;
}

void RunModel::on(const event::Event&, const event::Annotation& body) {
    if (annotations_.size() < mostAnnotations) {
        annotations_.push_back(body);
    } else {
        ++annotationsLeftOut_;
    }
}

void RunModel::on(const event::Event&, const event::TestsReported& body) {
    tests_.push_back(body);
    if (JobModel* owner = job(body.job)) {
        owner->testsPassed += body.passed;
        owner->testsFailed += body.failed;
        owner->testsSkipped += body.skipped;
    }
}

void RunModel::on(const event::Event&, const event::SummaryWritten& body) {
    summaries_.push_back(body);
}

void RunModel::on(const event::Event&, const event::CancelRequested& body) {
    if (body.job.empty()) {
        cancelling_ = true;
    } else if (JobModel* owner = job(body.job)) {
        owner->cancelling = true;
    }
}

} // namespace cirque::report
