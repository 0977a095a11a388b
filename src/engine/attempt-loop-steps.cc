// SPDX-License-Identifier: Apache-2.0
// How an attempt runs a try or a condition: its environment, its log, its time limit.
#include "engine/attempt-loop.hh"
#include "engine/lazy-sink.hh"
#include "engine/needs.hh"

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

io::Task<ActionResult> AttemptLoop::runLimited(Work work, std::shared_ptr<exec::OutputSink> sink,
                                               std::optional<Millis> timeout) {
    auto limit = std::make_shared<Limit>();
    limit->step = stop_;
    if (timeout) {
        world_.group.spawn(watchLimit(&world_.ports.clock, *timeout, limit));
    }
    exec::StepResult result;
    try {
        result = co_await work(std::move(sink));
    } catch (...) {
        limit->watch.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        throw;
    }
    limit->watch.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    ActionResult done;
    done.outcome = limit->passed ? timedOut(std::move(result.outcome), *timeout) : std::move(result.outcome);
    done.outputs = std::move(result.outputs);
    done.summary = std::move(result.summary);
    done.summaryProblem = std::move(result.summaryProblem);
    co_return done;
}

// What a build step of this job was to build, but did not, is built now.
io::Task<exec::StepResult> AttemptLoop::runAtPlace(exec::StepSpec spec,
                                                   std::shared_ptr<exec::OutputSink> sink) {
    exec::StepResult result;
    if (spec.ref.step >= 0) {
        plan::Closure needed = neededBefore(*job_, spec.ref.step);
        if (!needed.derivations.empty()) {
            const Result<void> there =
                co_await world_.ports.provisioner.provision(std::move(needed), spec.ref, sink, stop_.token());
            if (!there) {
                result.outcome = stoppedOr(there.error());
                co_return result;
            }
        }
    }
    result = co_await site_->run(std::move(spec), std::move(sink), stop_.token());
    co_return result;
}

io::Task<exec::StepResult> AttemptLoop::build(plan::Derivation derivation, TryRef ref,
                                              std::shared_ptr<exec::OutputSink> sink) {
    Result<Built> built =
        co_await world_.ports.provisioner.build(std::move(derivation), ref, std::move(sink), stop_.token());
    exec::StepResult result;
    if (built) {
        result.outcome = built->cached ? Outcome::cached() : Outcome::succeeded();
        result.outputs = std::move(built->outputs);
    } else {
        result.outcome = stoppedOr(built.error());
    }
    co_return result;
}

Outcome AttemptLoop::stoppedOr(const Error& error) const {
    return stop_.token().stopRequested() ? Outcome::cancelled() : outcomeOf(error);
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
    const TryRef ref = spec.ref;
    const std::vector<std::string> redact = secretsOf(env_.redact, spec.env);
    const Work work = [this, spec](std::shared_ptr<exec::OutputSink> sink) {
        return runAtPlace(spec, std::move(sink));
    };
    if (check.step < 0) {
        co_return co_await runLimited(work, jobLog_, check.timeout);
    }
    auto log = std::make_shared<LazySink>(world_.ports.logs, ref, redact);
    ActionResult result = co_await runLimited(work, log, check.timeout);
    if (const Result<void> finished = log->finish(); !finished) {
        result.outcome = outcomeOf(finished.error());
    }
    co_return result;
}

io::Task<ActionResult> AttemptLoop::runTry(RunTry action) {
    const plan::Step& step = job_->steps[static_cast<std::size_t>(action.step)];
    const TryRef ref{job_->name, attempt_, action.step, action.tryNumber};
    if (const auto* run = std::get_if<plan::BuildRun>(&step.action)) {
        const Work work = [this, ref, run](std::shared_ptr<exec::OutputSink> sink) {
            return build(run->derivation, ref, std::move(sink));
        };
        co_return co_await runTryOf(work, ref, env_.redact, action.timeout);
    }
    exec::StepSpec spec;
    spec.ref = ref;
    spec.step = step;
    spec.name = step.name;
    auto env = stepEnv(spec.step);
    if (!env) {
        co_return ActionResult{outcomeOf(env.error()), {}, {}, {}};
    }
    spec.env = std::move(*env);
    std::vector<std::string> redact = secretsOf(env_.redact, spec.env);
    const Work work = [this, spec](std::shared_ptr<exec::OutputSink> sink) {
        return runAtPlace(spec, std::move(sink));
    };
    co_return co_await runTryOf(work, ref, std::move(redact), action.timeout);
}

io::Task<ActionResult> AttemptLoop::runTryOf(Work work, TryRef ref, std::vector<std::string> redact,
                                             std::optional<Millis> timeout) {
    auto log = world_.ports.logs.open(ref, redact);
    if (!log) {
        co_return ActionResult{outcomeOf(log.error()), {}, {}, {}};
    }
    ActionResult result;
    std::exception_ptr thrown;
    try {
        result = co_await runLimited(std::move(work), *log, timeout);
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
