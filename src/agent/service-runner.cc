// SPDX-License-Identifier: Apache-2.0
#include "agent/service-runner.hh"

#include "agent/service-state.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace cirque::agent {
namespace {

constexpr Millis firstPause{100}; // before a service is started again; doubled each time
constexpr Millis startsLook{1000};

StepRequest requestOf(const ServiceRequest& service, std::string name, plan::Step program) {
    StepRequest request;
    request.name = std::move(name);
    request.step = std::move(program);
    request.below = service.below;
    request.above = service.above;
    request.isService = true;
    return request;
}

std::string named(const plan::Service& service) {
    return fmt::format("service '{}'", service.name());
}

// By a fault of its own, which may have begun before anybody asked it to end.
bool crashed(const std::optional<MainEnd>& end) {
    constexpr std::array faults{SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGTRAP};
    return end && end->kind == MainEnd::Kind::Signaled &&
           std::ranges::find(faults, end->value) != faults.end();
}

std::vector<std::string> secretsOf(const ServiceRequest& request) {
    std::vector<std::string> out;
    for (const std::vector<Variables>* layers : {&request.below, &request.above}) {
        for (const Variables& layer : *layers) {
            for (const Variable& variable : layer) {
                if (variable.secret) {
                    out.push_back(variable.value);
                }
            }
        }
    }
    return out;
}

std::string awaitedText(const plan::Service& service) {
    const auto* log = service.ready ? std::get_if<plan::ReadyLog>(&service.ready->probe) : nullptr;
    return log == nullptr ? "" : log->text;
}

} // namespace

Result<ServiceRunner::OnePtr> ServiceRunner::prepare(std::size_t index, ServiceStart start) {
    auto one = std::make_shared<One>();
    one->index = index;
    one->service = start.request.service;
    one->log = std::make_shared<ServiceLog>(std::move(start.log), awaitedText(one->service));
    one->secrets = secretsOf(start.request);
    if (!one->service.image.empty()) {
        CIRQUE_TRY(prepareContainer(*one, start.request));
        return one;
    }
    const plan::Step& program = one->service.program;
    CIRQUE_TRY_ASSIGN(one->program, host_.prepare(requestOf(start.request, program.name, program)));
    const auto* exec =
        one->service.ready ? std::get_if<plan::ReadyExec>(&one->service.ready->probe) : nullptr;
    if (exec != nullptr) {
        plan::Step probe = program;
        std::visit([&](const auto& action) { probe.action = action; }, exec->action);
        CIRQUE_TRY_ASSIGN(one->probe,
                          host_.prepare(requestOf(start.request, program.name + "-ready", std::move(probe))));
    }
    return one;
}

io::Task<Outcome> ServiceRunner::start(std::vector<ServiceStart> services, io::StopToken stop) {
    for (std::size_t i = 0; i < services.size(); ++i) {
        const std::string name = named(services[i].request.service);
        auto one = prepare(i, std::move(services[i]));
        if (!one) {
            Error error = std::move(one.error()).within(name);
            co_return error.code == ErrorCode::InvalidPlan
                ? Outcome::failedWith(error.text())
                : Outcome::infrastructure(error.text(), error.hint);
        }
        for (const PreparedStep* program :
             {&(*one)->program, (*one)->probe ? &*(*one)->probe : &(*one)->program}) {
            if (program->refused) {
                Outcome refused = *program->refused;
                refused.message = fmt::format("{}: {}", name, refused.message);
                co_return refused;
            }
        }
        services_.push_back(std::move(*one));
    }
    Outcome found = co_await findImages(stop);
    if (!found.ok()) {
        co_return found;
    }
    Outcome free = co_await refuseTakenPorts(stop);
    if (!free.ok()) {
        co_return free;
    }
    for (const OnePtr& one : services_) {
        one->began = monoNow();
        one->kept = true;
        host_.spawn(keep(one));
    }
    const std::vector<OnePtr> all = services_;
    for (const OnePtr& one : all) {
        Outcome up = co_await waitReady(one, stop);
        if (!up.ok()) {
            co_return up;
        }
        one->up = true;
        tell(*one, ServiceState::Ready);
    }
    co_return Outcome::succeeded();
}

// What answers there would be taken for the service.
io::Task<Outcome> ServiceRunner::refuseTakenPorts(io::StopToken stop) {
    const std::vector<OnePtr> all = services_;
    for (const OnePtr& one : all) {
        const std::vector<plan::TcpTarget> targets = plan::targetsOf(one->service);
        for (const plan::TcpTarget& target : targets) {
            io::HttpQuestion question{target.host, target.port, {}, {}};
            const io::NoAnswer none = co_await host_.ask(std::move(question), startsLook, stop);
            if (stop.stopRequested()) {
                co_return stoppedOutcome(stop, named(one->service));
            }
            if (none.empty()) {
                Outcome outcome = Outcome::failedWith(
                    fmt::format("{} was not started: another program listens on port {} already",
                                named(one->service), target.port));
                outcome.hint = fmt::format("end it, or give the service another port (ss -ltnp 'sport = :{}' "
                                           "says which program it is)",
                                           target.port);
                co_return outcome;
            }
        }
    }
    co_return Outcome::succeeded();
}

void ServiceRunner::tell(const One& one, ServiceState state) {
    if (observer_) {
        observer_->onService({one.index, state, one.outcome});
    }
}

bool ServiceRunner::startsAgain(const One& one) const {
    const bool wanted = one.service.restart == plan::Restart::Always ||
                        (one.service.restart == plan::Restart::OnFailure && !one.outcome.ok());
    return wanted && one.outcome.kind != OutcomeKind::Infrastructure && one.starts <= plan::mostRestarts;
}

// From its first start to its last end. Ends soon after one->stop has risen.
io::Task<> ServiceRunner::keep(OnePtr one) {
    Millis pause = firstPause;
    bool again = !one->stop.token().stopRequested();
    while (again) {
        LeaderStart start;
        start.argv = one->program.argv;
        start.env = toEnvBlock(one->program.environment);
        start.folder = one->program.workFolder;
        one->log->forget();
        auto running = host_.launch(std::move(start), one->log);
        if (!running) {
            one->outcome = Outcome::infrastructure(running.error().text(), running.error().hint);
            tell(*one, ServiceState::Ended);
            break;
        }
        ++one->starts;
        one->leader = running->leader;
        tell(*one, ServiceState::Started);
        one->changed.notify();
        const bool asked = co_await follow(one, std::move(*running));
        if (one->container) {
            co_await removeContainerOf(one);
        }
        if (asked) {
            one->outcome = one->late.value_or(Outcome::cancelled());
            tell(*one, one->late ? ServiceState::Ended : ServiceState::Stopped);
            break;
        }
        again = startsAgain(*one) && !one->stop.token().stopRequested();
        tell(*one, again ? ServiceState::Failing : ServiceState::Ended);
        if (again) {
            again = co_await io::sleepFor(pause, one->stop.token());
            pause *= 2;
            if (!again) {
                one->outcome = Outcome::cancelled();
                tell(*one, ServiceState::Stopped);
            }
        }
    }
    one->over = true;
    one->changed.notify();
}

// One start to its end; true: it ended because it was asked to. A program that puts itself into the
// background and exits with 0 runs as long as anything of it lives.
io::Task<bool> ServiceRunner::follow(OnePtr one, Running running) {
    const std::shared_ptr<Leader> leader = running.leader;
    const io::StopToken stop = one->stop.token();
    const auto ended = [leader] {
        const std::optional<MainEnd>& end = leader->mainEnd();
        const bool well = end && end->kind == MainEnd::Kind::Exited && end->value == 0;
        return end && (!well || leader->over());
    };
    bool asked = false;                  // while it ran: what it did before that is its own
    const bool direct = !one->container; // the engine ends a container with the signal that its image wants
    const auto relay = stop.onStop([leader, ended, direct, &asked](io::StopLevel level) {
        asked = asked || !ended();
        if (direct || level == io::StopLevel::Immediate) {
            leader->stop(level);
        }
    });
    while (!ended() && !stop.stopRequested()) {
        co_await leader->changed.wait(stop);
    }
    if (one->container) {
        co_await endClient(one, leader, asked);
    }
    if (!asked) {
        leader->endJob();
    }
    const bool gone = co_await endTree(leader, host_.grace);
    one->leftBehind = one->leftBehind || !gone;
    running.out->endOfStep();
    if (running.out->failure()) {
        one->outcome = Outcome::infrastructure(running.out->failure()->text(), running.out->failure()->hint);
        co_return false;
    }
    one->outcome = leader->mainEnd()
                       ? outcomeOfEnd(*leader->mainEnd(), one->program)
                       : Outcome::infrastructure("the leader of the service did not answer any more");
    if (one->container && !asked) {
        one->outcome = co_await outcomeOfContainer(one, one->outcome);
    }
    co_return asked && !crashed(leader->mainEnd()); // whoever crashes did not just end
}

std::optional<Outcome> ServiceRunner::firstEnd() const {
    const auto found = std::ranges::find_if(
        services_, [](const OnePtr& one) { return one->over && !(one->up && one->outcome.ok()); });
    if (found == services_.end()) {
        return std::nullopt;
    }
    const One& one = **found;
    Outcome outcome = one.outcome;
    const std::string how = outcome.ok() ? "exit 0" : describe(outcome);
    outcome.message = fmt::format("{} ended {} ({})", named(one.service),
                                  one.up ? "while others were starting" : "before it was ready", how);
    outcome.kind = outcome.kind == OutcomeKind::Infrastructure ? outcome.kind : OutcomeKind::Failed;
    outcome.exit.reset(); // it is the service's, not a step's; the message says it
    outcome.signal.reset();
    return outcome;
}

io::Task<Outcome> ServiceRunner::stop(io::StopToken stop) {
    const bool first = !std::exchange(stopping_, true);
    const auto relay = stop.onStop([this](io::StopLevel level) {
        if (level == io::StopLevel::Immediate) {
            for (const OnePtr& one : services_) {
                one->stop.request(level, io::StopReason::Shutdown);
            }
        }
    });
    bool all = true;
    const std::vector<OnePtr> last(services_.rbegin(), services_.rend());
    for (const OnePtr& one : last) {
        one->stop.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        while (one->kept && !one->over) {
            co_await one->changed.wait();
        }
        all = all && !one->leftBehind;
    }
    const auto left =
        std::ranges::find_if(last, [](const OnePtr& one) { return one->notRemoved.has_value(); });
    if (left != last.end()) {
        const Error& why = *(*left)->notRemoved;
        co_return Outcome::infrastructure(
            fmt::format("the container of {} could not be removed: {}", named((*left)->service), why.text()),
            why.hint);
    }
    if (!all) {
        co_return Outcome::infrastructure("processes of a service did not end",
                                          "look for processes in uninterruptible sleep (state D)");
    }
    const auto failed = std::ranges::find_if(
        services_, [](const OnePtr& one) { return one->over && !one->late && one->outcome.failed(); });
    if (!first || failed == services_.end()) {
        co_return Outcome::succeeded();
    }
    Outcome outcome = Outcome::failedWith(fmt::format(
        "{} ended before the job did ({})", named((*failed)->service), describe((*failed)->outcome)));
    outcome.kind = (*failed)->outcome.kind;
    co_return outcome;
}

} // namespace cirque::agent
