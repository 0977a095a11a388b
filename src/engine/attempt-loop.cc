// SPDX-License-Identifier: Apache-2.0
// The cycle of one attempt, and what happens before and after its steps.
#include "engine/attempt-loop.hh"

#include "engine/lazy-sink.hh"
#include "engine/needs.hh"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace cirque::engine {
namespace {

ActionResult resultOf(const Result<void>& result) {
    return {result ? Outcome::succeeded() : outcomeOf(result.error()), {}, {}, {}};
}

ActionResult resultOf(Outcome outcome) {
    return {std::move(outcome), {}, {}, {}};
}

} // namespace

Outcome artifactOutcome(const Error& error) {
    Outcome outcome = outcomeOf(error);
    if (error.code == ErrorCode::NotFound || error.code == ErrorCode::Unsupported ||
        error.code == ErrorCode::Permission || error.code == ErrorCode::InvalidPlan) {
        outcome.kind = OutcomeKind::Failed;
    }
    return outcome;
}

Outcome outcomeOf(const Error& error) {
    const bool own = error.code == ErrorCode::Provider || error.code == ErrorCode::Build;
    Outcome outcome = own ? Outcome::failedWith(error.text()) : Outcome::infrastructure(error.text());
    outcome.hint = error.hint;
    return outcome;
}

AttemptLoop::AttemptLoop(AttemptWorld& world, JobPtr job, int attempt, JobInputs inputs)
    : world_(world), job_(std::move(job)), attempt_(attempt), inputs_(std::move(inputs)),
      machine_(world.plan, job_, attempt), executor_(world.ports.executors.find(job_->executor.kind)) {}

void AttemptLoop::stop(bool immediate, StopWhy why) {
    machine_.stop(immediate, why);
    immediate_ = immediate_ || immediate;
    stop_.request(immediate ? io::StopLevel::Immediate : io::StopLevel::Graceful,
                  why == StopWhy::Deadline ? io::StopReason::Deadline : io::StopReason::Cancelled);
}

exec::Place AttemptLoop::place() const {
    return {world_.run, world_.plan->name, attempt_, world_.plan, job_, env_.redact};
}

io::Task<> AttemptLoop::run() {
    if (!needsPlace(*job_)) {
        handle_.clear();
    } else if (executor_ == nullptr) {
        refused_ = Outcome::infrastructure(
            fmt::format("there is no executor '{}' in this version", job_->executor.kind));
    } else {
        try {
            handle_ = executor_->handle(place());
        } catch (const std::exception& error) {
            refused_ = Outcome::infrastructure(
                fmt::format("executor '{}' failed: {}", executor_->kind(), error.what()));
        }
    }
    pending_.emplace_back(event::JobStarted{job_->name, attempt_, job_->executor.kind, handle_});
    if (refused_) {
        flush();
        co_return;
    }
    while (!std::holds_alternative<AttemptDone>(machine_.next())) {
        Action action = machine_.next();
        stop_ = io::StopSource(); // before the journal, whose listeners may already ask for the next stop
        const bool journaled = flush();
        ActionResult result = resultOf(Outcome::cancelled());
        if (journaled || std::holds_alternative<ClosePlace>(action)) {
            result = co_await performGuarded(std::move(action));
        }
        machine_.done(std::move(result));
    }
    finishJobLog();
    flush();
}

void AttemptLoop::finishJobLog() {
    if (!jobLog_) {
        return;
    }
    if (const Result<void> finished = jobLog_->finish(); !finished) {
        pending_.emplace_back(
            event::Notice{"warning", job_->name, finished.error().text(), finished.error().hint});
    }
}

bool AttemptLoop::flush() {
    for (event::Body& body : machine_.takeEvents()) {
        pending_.push_back(std::move(body));
    }
    return world_.journal(std::exchange(pending_, {}));
}

// Whatever a port throws ends as a result, so that no job is lost and its place is still closed.
io::Task<ActionResult> AttemptLoop::performGuarded(Action action) {
    const MonoTime start = world_.ports.clock.now();
    ActionResult result;
    try {
        result = co_await perform(std::move(action));
    } catch (const std::exception& error) {
        result = resultOf(Outcome::infrastructure(fmt::format("an unexpected failure: {}", error.what())));
    } catch (...) {
        result = resultOf(Outcome::infrastructure("an unexpected failure"));
    }
    result.took = world_.ports.clock.now() - start;
    co_return result;
}

io::Task<ActionResult> AttemptLoop::perform(Action action) {
    if (std::holds_alternative<LoadEnv>(action)) {
        return loadEnv();
    }
    if (std::holds_alternative<Provision>(action)) {
        return provision();
    }
    if (std::holds_alternative<OpenPlace>(action)) {
        return openPlace();
    }
    if (std::holds_alternative<Prepare>(action)) {
        return prepare();
    }
    if (const auto* input = std::get_if<Restore>(&action)) {
        return restore(input->input);
    }
    if (std::holds_alternative<StartServices>(action)) {
        return startServices();
    }
    if (std::holds_alternative<StopServices>(action)) {
        return stopServices();
    }
    if (auto* check = std::get_if<CheckCondition>(&action)) {
        return checkCondition(std::move(*check));
    }
    if (const auto* step = std::get_if<RunTry>(&action)) {
        return runTry(*step);
    }
    if (const auto* wait = std::get_if<WaitRetry>(&action)) {
        return waitRetry(wait->delay);
    }
    if (const auto* report = std::get_if<ReadReport>(&action)) {
        return readReport(*report);
    }
    if (const auto* output = std::get_if<SaveOutput>(&action)) {
        return save(output->output);
    }
    return closePlace();
}

io::Task<ActionResult> AttemptLoop::waitRetry(Millis delay) {
    co_await world_.ports.clock.sleep(delay, stop_.token());
    co_return resultOf(Outcome::succeeded());
}

io::Task<ActionResult> AttemptLoop::loadEnv() {
    if (inputs_.collision) {
        co_return resultOf(outcomeOf(*inputs_.collision));
    }
    Result<JobEnv> env = co_await world_.ports.env.jobEnv(job_, inputs_.references);
    if (!env) {
        co_return resultOf(outcomeOf(env.error()));
    }
    env_ = std::move(*env);
    jobLog_ = std::make_shared<LazySink>(world_.ports.logs, TryRef{job_->name, attempt_, -1, 1}, env_.redact);
    co_return resultOf(Outcome::succeeded());
}

io::Task<ActionResult> AttemptLoop::provision() {
    const TryRef ref{job_->name, attempt_, -1, 1};
    plan::Closure needed = neededAtStart(*job_);
    // in this run they are there; what another run has left is kept from the garbage collector by this
    needed.paths.insert(needed.paths.end(), inputs_.storePaths.begin(), inputs_.storePaths.end());
    const Result<void> done =
        co_await world_.ports.provisioner.provision(std::move(needed), ref, jobLog_, stop_.token());
    co_return resultOf(done);
}

io::Task<ActionResult> AttemptLoop::openPlace() {
    exec::Place where = place();
    auto opened = co_await executor_->open(std::move(where), handle_);
    if (!opened) {
        co_return resultOf(outcomeOf(opened.error()));
    }
    site_ = std::move(*opened);
    co_return resultOf(site_ ? Outcome::succeeded() : Outcome::infrastructure("the executor gave no place"));
}

io::Task<ActionResult> AttemptLoop::prepare() {
    const Result<void> done = co_await site_->prepare(jobLog_, stop_.token());
    co_return resultOf(done);
}

io::Task<ActionResult> AttemptLoop::restore(std::size_t input) {
    const plan::ArtifactInput& artifact = job_->inputs[input];
    const Result<void> done = co_await site_->restoreArtifact(artifact.name, artifact.path, stop_.token());
    if (done) {
        co_return resultOf(Outcome::succeeded());
    }
    Outcome outcome = artifactOutcome(done.error());
    outcome.message = fmt::format("artifact '{}' was not restored: {}", artifact.name, outcome.message);
    co_return resultOf(std::move(outcome));
}

io::Task<ActionResult> AttemptLoop::save(std::size_t output) {
    const plan::ArtifactOutput& artifact = job_->outputs[output];
    io::StopSource now;
    const io::StopCallback relay = stop_.token().onStop([&now, &artifact](io::StopLevel level) {
        if (level == io::StopLevel::Immediate || !artifact.always) { // after a cancel it would be saved, too
            now.request(level, io::StopReason::Cancelled);
        }
    });
    auto saved = co_await site_->saveArtifact(artifact.name, artifact.path, now.token());
    if (!saved) {
        co_return resultOf(artifactOutcome(saved.error()));
    }
    ActionResult result;
    result.artifact = std::move(*saved);
    co_return result;
}

io::Task<ActionResult> AttemptLoop::closePlace() {
    const std::unique_ptr<exec::JobSite> site = std::move(site_);
    if (immediate_) {
        stop_.request(io::StopLevel::Immediate, io::StopReason::Cancelled);
    }
    const Result<void> closed = co_await site->close(stop_.token());
    co_return resultOf(closed);
}

} // namespace cirque::engine
