// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/agent-site.hh"

#include "agent/running.hh"
#include "agent/step-runner.hh"
#include "exec/local/translate.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::exec {

namespace {

// What these say is true on the caller's machine only; the agent puts its own below all layers.
constexpr std::array<std::string_view, 9> callersOwn{
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "OLDPWD", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR"};

// A step's log is what the step prints.
class Nowhere : public OutputSink {
  public:
    Result<void> write(std::string_view /*bytes*/, bool /*late*/) override { return {}; }
};

// Of the job's folder, by an agent that answers pings meanwhile.
constexpr Millis longestRemoval{600000};

void leaveCallersOwn(StepEnv& env) {
    if (env.below.empty()) {
        return;
    }
    std::erase_if(env.below.front(), [](const Var& variable) {
        return std::ranges::find(callersOwn, variable.name) != callersOwn.end();
    });
}

bool needsBash(const plan::Job& job) {
    return !job.condition.bash.empty() || std::ranges::any_of(job.steps, [](const plan::Step& step) {
        return std::holds_alternative<plan::BashRun>(step.action) || !step.condition.bash.empty();
    });
}

} // namespace

AgentSiteParts sitePartsOf(const AgentWorld& world, Place place, std::string name,
                           std::shared_ptr<workspace::JobFolderNames> names) {
    AgentSiteParts parts;
    parts.place = std::move(place);
    parts.name = name;
    parts.grace = world.grace;
    if (!world.keep) { // else the next attempt goes beside
        parts.released = [names = std::move(names), name = std::move(name)] { names->release(name); };
    }
    return parts;
}

std::unique_ptr<JobSite> makeAgentSite(AgentSiteParts parts) {
    return std::make_unique<AgentSite>(std::move(parts));
}

io::Task<Result<void>> AgentSite::prepare(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    CIRQUE_CO_TRY(co_await parts_.files->makeBefore(stop));
    transportOpened_ = true;
    auto place = co_await parts_.transport->open(log, stop);
    if (!place) {
        co_return fail(std::move(place).error());
    }
    serviceNetwork_ = place->serviceNetwork;
    CIRQUE_CO_TRY_ASSIGN(agent_, AgentConnection::start(place->agent, times()));
    const Result<agent::Hello> hello = co_await agent_->greet(parts_.patience, stop);
    if (!hello) {
        co_return fail((co_await explained(hello.error())).within("while starting cirque-agent"));
    }
    CIRQUE_CO_TRY(co_await parts_.files->makeAfter(agent_, stop));
    TryRef ref{parts_.place.job->name, parts_.place.attempt, -1, 1};
    CIRQUE_CO_TRY(co_await parts_.transport->bring(agent_, std::move(ref), log, stop));
    co_return co_await openJob(std::move(*place), std::move(log), std::move(stop));
}

io::Task<Result<void>> AgentSite::openJob(AgentPlace place, std::shared_ptr<OutputSink> log,
                                          io::StopToken stop) {
    agent::OpenJob open;
    open.name = parts_.name;
    open.jobFolder = std::move(place.jobFolder);
    open.privateRoots = std::move(place.privateRoots);
    open.toolsFolder = std::move(place.toolsFolder);
    open.transfersFolder = std::move(place.transfersFolder);
    open.removeFolder = place.removeFolder;
    open.leader = std::move(place.leader);
    open.grace = parts_.grace;
    if (parts_.place.plan) {
        open.hostTools = parts_.place.plan->hostTools;
        open.files = parts_.place.plan->files;
    }
    open.toolTokens = agent::toolTokens(*parts_.place.job);
    open.wholeEnvironment = place.wholeEnvironment;
    open.takeFolder = place.takeFolder;
    const Result<std::string> done = co_await agent_->call(toBytes(open), nullptr, std::move(stop));
    if (!done) {
        co_return fail(co_await explained(done.error()));
    }
    jobOpened_ = true; // also when it failed: the agent then has something to remove
    CIRQUE_CO_TRY_ASSIGN(const agent::JobOpened opened, agent::parseJobOpened(*done));
    for (std::string missing : opened.missingTools) {
        constexpr std::string_view here = "this machine"; // the agent's words
        if (const std::size_t at = missing.find(here); at != std::string::npos) {
            missing.replace(at, here.size(), "the place");
        }
        CIRQUE_CO_TRY(log->write(fmt::format("cirque: warning: {}\n", missing), false));
    }
    if (!opened.hasBash && needsBash(*parts_.place.job)) {
        co_return fail(ErrorCode::MissingTool,
                       "bash was not found at the place, and steps of the job are scripts",
                       place.bashHint.empty() ? "install bash there" : place.bashHint);
    }
    co_return Result<void>();
}

AgentTimes AgentSite::times() const {
    AgentTimes times;
    times.grace = parts_.grace;
    return times;
}

// The place may know why it is gone.
io::Task<Error> AgentSite::explained(Error error) {
    if (agent_->lost()) {
        const std::string said = agent_->said();
        const std::string why = co_await parts_.transport->whyLost(said);
        if (why.empty() || why == said) {
            co_return error;
        }
        // of what was said, the end may have come after the failure
        const std::size_t ended = error.message.find(AgentConnection::endedText);
        const std::size_t at = ended + AgentConnection::endedText.size();
        const bool quoted = ended != std::string::npos && at < error.message.size() &&
                            said.starts_with(std::string_view(error.message).substr(at));
        if (quoted) {
            error.message.replace(at, std::string::npos, why);
        } else {
            error.message += fmt::format(" ({})", why);
        }
    }
    co_return error;
}

io::Task<StepResult> AgentSite::run(StepSpec spec, std::shared_ptr<OutputSink> sink, io::StopToken stop) {
    StepResult result;
    if (!agent_ || !jobOpened_) {
        result.outcome = Outcome::infrastructure("the job's place was not prepared");
        co_return result;
    }
    const auto nowhere = std::make_shared<Nowhere>();
    const Result<void> brought = co_await parts_.transport->bring(agent_, spec.ref, nowhere, stop);
    if (!brought && stop.stopRequested() && !agent_->lost()) {
        result.outcome = agent::stoppedOutcome(stop, "the step");
        co_return result;
    }
    if (!brought) {
        const Error error = co_await explained(brought.error());
        result.outcome = Outcome::infrastructure(error.text(), error.hint);
        co_return result;
    }
    leaveCallersOwn(spec.env);
    const std::string request = toBytes(toRequest(std::move(spec)));
    const Result<std::string> done = co_await agent_->call(request, std::move(sink), std::move(stop));
    Result<agent::StepEnd> end =
        done ? agent::parseStepEnd(*done) : Result<agent::StepEnd>(fail(done.error()));
    if (!end) {
        const Error error = co_await explained(end.error());
        result.outcome = Outcome::infrastructure(error.text(), error.hint);
        co_return result;
    }
    co_return toResult(std::move(*end));
}

io::Task<Outcome> AgentSite::startServices(std::vector<ServiceStart> services,
                                           std::shared_ptr<ServiceObserver> observer, io::StopToken stop) {
    if (!agent_ || !jobOpened_) {
        co_return Outcome::infrastructure("the job's place was not prepared");
    }
    SomeServices inside;
    SomeServices here;
    for (std::size_t i = 0; i < services.size(); ++i) {
        leaveCallersOwn(services[i].spec.env);
        const bool isHere = parts_.containers && !services[i].spec.service.image.empty();
        SomeServices& some = isHere ? here : inside;
        some.starts.push_back(std::move(services[i]));
        some.positions.push_back(i);
    }
    const std::string run = parts_.place.run.text();
    if (!here.starts.empty()) {
        here_ =
            std::make_unique<ServicesHere>(*parts_.containers, run, containerPart(), serviceNetwork_, agent_);
        Outcome up = co_await here_->start(std::move(here), observer, stop);
        if (!up.ok() && agent_->lost()) {
            Error broken{ErrorCode::Unreachable, "the connection to cirque-agent broke", {}, {}};
            const Error error = co_await explained(std::move(broken));
            co_return Outcome::infrastructure(error.text(), error.hint);
        }
        if (!up.ok() || inside.starts.empty()) {
            co_return up;
        }
    }
    services_ = std::make_unique<AgentServices>(agent_, parts_.grace, run, containerPart());
    auto some = observerOf(std::move(observer), std::move(inside.positions));
    co_return co_await services_->start(std::move(inside.starts), std::move(some), std::move(stop));
}

// No other place of the run has it.
std::string AgentSite::containerPart() const {
    return fmt::format("{}-{}", parts_.place.job->executor.kind, parts_.name);
}

io::Task<Outcome> AgentSite::stopServices(io::StopToken stop) {
    Outcome inside;
    if (services_) {
        inside = co_await services_->stop(stop);
    }
    Outcome here; // after those that may use them
    if (here_) {
        here = co_await here_->stop(stop);
    }
    co_return inside.ok() ? here : inside;
}

io::Task<Result<void>> AgentSite::restoreArtifact(std::string name, std::string path, io::StopToken stop) {
    co_return co_await parts_.files->restoreArtifact(std::move(name), std::move(path), std::move(stop));
}

io::Task<Result<CollectedArtifact>> AgentSite::saveArtifact(std::string name, std::string path,
                                                            io::StopToken stop) {
    co_return co_await parts_.files->saveArtifact(std::move(name), std::move(path), std::move(stop));
}

io::Task<Result<JobFiles>> AgentSite::readFiles(std::string pattern, FileLimits limits, io::StopToken stop) {
    co_return co_await parts_.files->readFiles(std::move(pattern), limits, std::move(stop));
}

io::Task<Result<void>> AgentSite::endAgent(io::StopToken stop) {
    Result<void> ended;
    (void)co_await stopServices(stop); // a loss is told below, and so is what did not end
    services_.reset();
    if (here_) {
        ended = co_await here_->close(stop);
        here_.reset();
    }
    if (jobOpened_ && !agent_->lost()) {
        const agent::CloseJob close{stop.level() == io::StopLevel::Immediate};
        const Millis most = parts_.grace + longestRemoval;
        const CallBounds bounds{most, most};
        const Result<std::string> done = co_await agent_->call(toBytes(close), nullptr, stop, bounds);
        const Result<void> closed = done ? agent::parseDone(*done) : Result<void>(fail(done.error()));
        if (closed) {
            parts_.transport->jobClosed();
        }
        ended = ended ? closed : ended;
    }
    const Millis patience{agent_->lost() ? 2000 : 10000};
    parts_.transport->agentEnded(co_await agent_->close(patience));
    co_return ended;
}

io::Task<Result<void>> AgentSite::close(io::StopToken stop) {
    Result<void> ended;
    if (agent_) {
        ended = co_await endAgent(stop);
    }
    Result<void> closed;
    if (transportOpened_) {
        closed = co_await parts_.transport->close(stop);
    }
    agent_.reset();
    const Result<void> removed = co_await parts_.files->remove();
    if (closed && removed && parts_.released) {
        parts_.released();
    }
    if (!ended) {
        co_return ended;
    }
    co_return !closed ? closed : removed;
}

} // namespace cirque::exec
