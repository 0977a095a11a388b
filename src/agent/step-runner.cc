// SPDX-License-Identifier: Apache-2.0
#include "agent/step-runner.hh"

#include "agent/collect.hh"
#include "agent/outputs.hh"
#include "base/assert.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::agent {

namespace {

// InvalidPlan here is what the step's author can mend; everything else is the place's.
Outcome outcomeOf(const Error& error) {
    Outcome outcome = error.code == ErrorCode::InvalidPlan ? Outcome::failedWith(error.text())
                                                           : Outcome::infrastructure(error.text());
    outcome.hint = error.hint;
    return outcome;
}

Outcome cannotStart(const plan::Step& step, const PreparedStep& prepared, const Error& error) {
    struct stat status{};
    const bool there = ::stat(prepared.workFolder.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    if (!there && !step.workdir.empty()) {
        return Outcome::failedWith(
            fmt::format("the step's workdir '{}' is no folder of the job", step.workdir));
    }
    if (!there) {
        Outcome outcome = Outcome::failedWith("the job's folder is gone: an earlier step removed it");
        outcome.hint = "a step may remove what lies in $JOB_DIR, not the folder itself";
        return outcome;
    }
    if ((status.st_mode & S_IXUSR) == 0 && ::access(prepared.workFolder.c_str(), X_OK) != 0) {
        return Outcome::failedWith(
            fmt::format("{} cannot be entered: an earlier step changed its mode",
                        step.workdir.empty() ? std::string("the job's folder") : step.workdir));
    }
    return outcomeOf(error);
}

} // namespace

StepRunner::StepRunner(JobContext context)
    : context_(std::move(context)),
      privateFd_(::open(context_.privateFolder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)),
      materials_(context_.plan, context_.toolsFolder, context_.bash),
      jobEnv_(context_.privateFolder, privateFd_.get()),
      preparer_(context_, materials_, jobEnv_, privateFd_.get()) {}

StepRunner::~StepRunner() = default;

Result<std::unique_ptr<StepRunner>> StepRunner::open(JobContext context) {
    CIRQUE_ASSERT(context.leaders, "the process's set of leaders is missing");
    std::unique_ptr<StepRunner> runner(new StepRunner(std::move(context)));
    if (!runner->privateFd_) {
        return fail(systemError(errno, "open", runner->context_.privateFolder));
    }
    CIRQUE_TRY(becomeSubreaper());
    CIRQUE_TRY(runner->jobEnv_.create());
    return runner;
}

io::Task<> StepRunner::start() {
    co_await group_.start();
}

std::vector<std::string> toolTokens(const plan::Job& job) {
    std::vector<std::string> tokens;
    for (const plan::Step& step : job.steps) {
        for (const std::string& token : step.closure.hostTools) {
            if (std::ranges::find(tokens, token) == tokens.end()) {
                tokens.push_back(token);
            }
        }
    }
    for (const plan::Service& service : job.services) {
        const std::vector<std::string>& own = service.program.closure.hostTools;
        tokens.insert(tokens.end(), own.begin(), own.end());
    }
    return tokens;
}

std::vector<std::string> StepRunner::missingTools(const std::vector<std::string>& tokens) const {
    return materials_.missingTools(tokens, context_.hostPath);
}

io::Task<StepEnd> StepRunner::run(StepRequest request, std::shared_ptr<Sink> sink, io::StopToken stop) {
    StepEnd end;
    if (stop.stopRequested()) {
        end.outcome = stoppedOutcome(stop, "the step");
        co_return end;
    }
    std::erase_if(leaders_, [](const auto& leader) { return leader->over(); });
    auto made = preparer_.prepare(request, ++count_);
    if (!made) {
        end.outcome = outcomeOf(made.error());
        co_return end;
    }
    const auto prepared = std::make_shared<const PreparedStep>(std::move(*made));
    if (!prepared->scriptName.empty()) {
        scripts_.push_back(prepared->scriptName);
    }
    if (prepared->refused) {
        end.outcome = *prepared->refused;
        removeFiles(*prepared);
        co_return end;
    }
    LeaderStart start;
    start.argv = prepared->argv;
    start.env = toEnvBlock(prepared->environment);
    start.folder = prepared->workFolder;
    auto running = launch(std::move(start), std::move(sink), nullptr);
    if (running) {
        leaders_.push_back(running->leader);
        end.outcome = co_await follow(std::move(*running), prepared, stop);
    } else {
        end.outcome = cannotStart(request.step, *prepared, running.error());
    }
    if (running && !request.isCondition && stop.level() != io::StopLevel::Immediate) {
        const auto shared = std::make_shared<const StepRequest>(std::move(request));
        end = co_await collect(shared, prepared, std::move(end.outcome), stop);
    }
    removeFiles(*prepared);
    co_return end;
}

Result<Running> StepRunner::launch(LeaderStart start, std::shared_ptr<Sink> out, std::shared_ptr<Sink> err) {
    Running running;
    CIRQUE_TRY_ASSIGN(running.out, OutputPipe::make(std::move(out)));
    if (err) {
        CIRQUE_TRY_ASSIGN(running.err, OutputPipe::make(std::move(err)));
    }
    start.leader = context_.leader;
    start.grace = context_.grace;
    start.out = running.out->writeEnd();
    start.err = running.err ? running.err->writeEnd() : running.out->writeEnd();
    CIRQUE_TRY_ASSIGN(running.leader, Leader::start(start, context_.leaders));
    const std::weak_ptr<Leader> weak = running.leader; // the pipe of a daemon may outlive the leader's use
    for (const auto& pipe : {running.out, running.err}) {
        if (pipe) {
            pipe->closeWriteEnd();
            pipe->onFailure([weak] {
                if (const auto leader = weak.lock()) {
                    leader->stop(io::StopLevel::Immediate);
                }
            });
            group_.spawn(pipe->pump(readers_.token()));
            std::erase_if(pipes_, [](const std::weak_ptr<OutputPipe>& old) { return old.expired(); });
            pipes_.push_back(pipe);
        }
    }
    group_.spawn(running.leader->watch());
    return running;
}

io::Task<bool> StepRunner::endTree(std::shared_ptr<Leader> leader) {
    return agent::endTree(std::move(leader), context_.grace);
}

io::Task<Outcome> StepRunner::follow(Running running, Prepared prepared, io::StopToken stop) {
    const std::shared_ptr<Leader> leader = running.leader;
    const auto relay = stop.onStop([leader](io::StopLevel level) { leader->stop(level); });
    while (!leader->mainEnd() && !stop.stopRequested()) {
        co_await leader->changed.wait(stop);
    }
    const bool stopped = stop.stopRequested();
    if (stopped) {
        (void)co_await endTree(leader); // also ends a leader that does not answer
    }
    running.out->endOfStep();
    const bool lost = !leader->mainEnd() || leader->mainEnd()->kind == MainEnd::Kind::Lost;
    if (lost || running.out->failure()) {
        (void)co_await endTree(leader);
    }
    if (running.out->failure()) {
        co_return outcomeOf(*running.out->failure());
    }
    if (stopped) {
        co_return stoppedOutcome(stop, "the step");
    }
    co_return outcomeOfEnd(*leader->mainEnd(), *prepared);
}

io::Task<StepEnd> StepRunner::collect(Request request, Prepared prepared, Outcome outcome,
                                      io::StopToken stop) {
    StepEnd end;
    end.outcome = std::move(outcome);
    const auto applied = co_await readJobEnv(request, prepared, stop);
    if (!applied && end.outcome.ok()) {
        end.outcome = stop.stopRequested() ? stoppedOutcome(stop, "the step") : outcomeOf(applied.error());
    }
    auto text = readCollected(privateFd_.get(), prepared->outputName, maxOutputBytes, "$CIRQUE_OUTPUT");
    auto parsed = text ? parseOutputs(text->value_or("")) : Result<Outputs>(fail(std::move(text).error()));
    auto summary = readCollected(privateFd_.get(), prepared->summaryName, maxSummaryBytes, "$CIRQUE_SUMMARY");
    if (summary) {
        end.summary = std::move(*summary).value_or("");
    } else {
        end.summaryProblem = summary.error().text();
    }
    if (parsed) {
        end.outputs = std::move(*parsed);
    } else if (end.outcome.ok()) {
        Error error = parsed.error();
        error.code = ErrorCode::InvalidPlan;
        end.outcome = outcomeOf(error);
    }
    co_return end;
}

void StepRunner::removeFiles(const PreparedStep& prepared) {
    // the script stays until the job's end
    for (const std::string& name : {prepared.outputName, prepared.summaryName}) {
        if (!name.empty()) {
            (void)::unlinkat(privateFd_.get(), name.c_str(), 0);
        }
    }
}

// So that the folder is mostly empty, and need not be walked to be removed.
void StepRunner::removeScripts() {
    scripts_.emplace_back("JOB_ENV");
    for (const std::string& name : scripts_) {
        (void)::unlinkat(privateFd_.get(), name.c_str(), 0);
    }
}

ServiceHost StepRunner::serviceHost() {
    ServiceHost host;
    host.prepare = [this](const StepRequest& request) { return preparer_.prepare(request, ++count_); };
    host.launch = [this](LeaderStart start, std::shared_ptr<Sink> out) {
        return launch(std::move(start), std::move(out), nullptr);
    };
    host.spawn = [this](io::Task<> task) { group_.spawn(std::move(task)); };
    host.ask = context_.ask ? context_.ask : AskLoopback(&io::askLoopback);
    host.grace = context_.grace;
    host.hostPath = context_.hostPath;
    host.environment = context_.environment;
    return host;
}

io::Task<Outcome> StepRunner::startServices(std::vector<ServiceStart> services,
                                            std::shared_ptr<ServiceObserver> observer, io::StopToken stop) {
    CIRQUE_ASSERT(!services_, "a job's services are started once");
    services_ = std::make_unique<ServiceRunner>(serviceHost(), std::move(observer));
    co_return co_await services_->start(std::move(services), stop);
}

io::Task<Outcome> StepRunner::stopServices(io::StopToken stop) {
    if (!services_) {
        co_return Outcome::succeeded();
    }
    co_return co_await services_->stop(stop);
}

io::Task<Result<void>> StepRunner::close(io::StopToken stop) {
    const auto relay = stop.onStop([this](io::StopLevel level) {
        for (const auto& leader : leaders_) {
            if (level == io::StopLevel::Immediate) {
                leader->stop(level);
            }
        }
    });
    for (auto leader = leaders_.rbegin(); leader != leaders_.rend(); ++leader) {
        (*leader)->endJob();
    }
    bool all = true;
    for (auto leader = leaders_.rbegin(); leader != leaders_.rend(); ++leader) {
        const bool over = co_await endTree(*leader);
        all = all && over;
    }
    const Outcome services = co_await stopServices(stop); // what the steps left may have used them
    for (const auto& pipe : pipes_) { // one that is held back for a slow sink still has bytes
        if (const auto open = pipe.lock()) {
            open->endOfStep();
        }
    }
    readers_.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await group_.join();
    leaders_.clear();
    removeScripts();
    if (!all || services.kind == OutcomeKind::Infrastructure) {
        co_return fail(ErrorCode::Process, "processes that the job left behind did not end",
                       "look for processes in uninterruptible sleep (state D)");
    }
    co_return Result<void>();
}

} // namespace cirque::agent
