// SPDX-License-Identifier: Apache-2.0
// How an attempt runs a try or a condition: its environment, its log, its time limit.
#include "engine/attempt-loop.hh"
#include "engine/lazy-sink.hh"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace cirque::engine {
namespace {

// Shared with the task that watches the clock, which may outlive the try by one turn of the loop.
struct Limit {
    io::StopSource step;
    io::StopSource watch;
    bool passed = false;
};

io::Task<> watchLimit(Clock* clock, Millis timeout, std::shared_ptr<Limit> limit) {
    const bool passed = co_await clock->sleep(timeout, limit->watch.token());
    if (passed && !limit->watch.token().stopRequested()) {
        limit->passed = true;
        limit->step.request(io::StopLevel::Graceful, io::StopReason::Timeout);
    }
}

// A program that survives TERM and then exits with 0 has still timed out.
Outcome timedOut(Outcome outcome, Millis timeout) {
    if (outcome.kind == OutcomeKind::Infrastructure) {
        return outcome;
    }
    outcome.kind = OutcomeKind::Failed;
    outcome.timeout = true;
    outcome.message = fmt::format("timed out after {}", formatDuration(timeout));
    return outcome;
}

// What the log of this step must not show: the job's secrets and those of the step alone.
std::vector<std::string> secretsOf(const std::vector<std::string>& ofJob, const exec::StepEnv& env) {
    std::vector<std::string> all = ofJob;
    for (const exec::Vars& layer : env.above) {
        for (const exec::Var& var : layer) {
            if (var.secret) {
                all.push_back(var.value);
            }
        }
    }
    return all;
}

} // namespace

Result<exec::StepEnv> AttemptLoop::stepEnv(const plan::Step& step) const {
    CIRQUE_TRY_ASSIGN(exec::Vars own, world_.ports.env.stepEnv(*job_, step, inputs_.references));
    exec::Vars top = jobVars(world_.run, *world_.plan, *job_);
    if (!step.name.empty()) { // the job's own condition belongs to no step
        top.push_back({"STEP_NAME", step.name, false});
    }
    top.insert(top.end(), inputs_.needs.begin(), inputs_.needs.end());
    exec::StepEnv env;
    env.below = env_.below;
    env.above = {std::move(own), env_.overrides, std::move(top)};
    return env;
}

io::Task<ActionResult> AttemptLoop::runLimited(exec::StepSpec spec, std::shared_ptr<exec::OutputSink> sink,
                                               std::optional<Millis> timeout) {
    auto limit = std::make_shared<Limit>();
    limit->step = stop_;
    if (timeout) {
        world_.group.spawn(watchLimit(&world_.ports.clock, *timeout, limit));
    }
    exec::StepResult result;
    try {
        result = co_await site_->run(std::move(spec), std::move(sink), stop_.token());
    } catch (...) {
        limit->watch.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        throw;
    }
    limit->watch.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    ActionResult done;
    done.outcome = limit->passed ? timedOut(std::move(result.outcome), *timeout) : std::move(result.outcome);
    done.outputs = std::move(result.outputs);
    co_return done;
}

io::Task<ActionResult> AttemptLoop::checkCondition(CheckCondition check) {
    exec::StepSpec spec;
    spec.ref = {job_->name, attempt_, check.step, 0};
    if (check.step >= 0) {
        spec.step = job_->steps[static_cast<std::size_t>(check.step)];
    }
    spec.name = spec.step.name;
    spec.isCondition = true;
    spec.conditionScript = std::move(check.bash);
    auto env = stepEnv(spec.step);
    if (!env) {
        co_return ActionResult{outcomeOf(env.error()), {}, {}, {}};
    }
    spec.env = std::move(*env);
    if (check.step < 0) {
        co_return co_await runLimited(std::move(spec), jobLog_, check.timeout);
    }
    const TryRef ref = spec.ref;
    auto log = std::make_shared<LazySink>(world_.ports.logs, ref, secretsOf(env_.redact, spec.env));
    ActionResult result = co_await runLimited(std::move(spec), log, check.timeout);
    if (const Result<void> finished = log->finish(); !finished) {
        result.outcome = outcomeOf(finished.error());
    }
    co_return result;
}

io::Task<ActionResult> AttemptLoop::runTry(RunTry action) {
    exec::StepSpec spec;
    spec.ref = {job_->name, attempt_, action.step, action.tryNumber};
    spec.step = job_->steps[static_cast<std::size_t>(action.step)];
    spec.name = spec.step.name;
    auto env = stepEnv(spec.step);
    if (!env) {
        co_return ActionResult{outcomeOf(env.error()), {}, {}, {}};
    }
    spec.env = std::move(*env);
    const std::vector<std::string> redact = secretsOf(env_.redact, spec.env);
    const TryRef ref = spec.ref;
    auto log = world_.ports.logs.open(ref, redact);
    if (!log) {
        co_return ActionResult{outcomeOf(log.error()), {}, {}, {}};
    }
    ActionResult result;
    std::exception_ptr thrown;
    try {
        result = co_await runLimited(std::move(spec), *log, action.timeout);
    } catch (...) {
        thrown = std::current_exception();
    }
    const Result<void> finished = world_.ports.logs.finish(ref);
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    if (!finished) {
        result.outcome = outcomeOf(finished.error());
    }
    co_return result;
}

} // namespace cirque::engine
