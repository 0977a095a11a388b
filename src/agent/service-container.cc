// SPDX-License-Identifier: Apache-2.0
// Services that are containers: what is there around the engine's client, which is kept as any service is.
#include "agent/service-state.hh"
#include "base/text.hh"
#include "secret/redactor.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cirque::agent {
namespace {

// The client's own end, and what it set off, once its container has ended.
constexpr Millis clientPatience{5000};
constexpr int enginesFirst = 125; // of the statuses that may be the engine's own
constexpr int cannotExecute = 126;
constexpr int notFound = 127;

// The values of secrets reach the engine here and nowhere else: a command line can be seen.
Environment environmentOf(const std::vector<std::string>& own, const Variables& variables) {
    Environment out;
    for (const std::string& entry : own) {
        const std::size_t equals = entry.find('=');
        if (equals != std::string::npos && equals != 0) {
            out[entry.substr(0, equals)] = entry.substr(equals + 1);
        }
    }
    for (const Variable& variable : variables) {
        if (variable.secret) {
            out[variable.name] = variable.value;
        }
    }
    return out;
}

} // namespace

Result<void> ServiceRunner::prepareContainer(One& one, const ServiceRequest& request) {
    if (!engine_) {
        CIRQUE_TRY_ASSIGN(engine_, EngineClient::find(host_.hostPath, host_.environment));
    }
    one.container = ContainerStart{engine_->tool(), request.container, one.service, {}, variablesOf(request)};
    for (const Variable& variable : one.container->variables) {
        if (variable.value.find('\0') != std::string::npos) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("the value of {} has a zero byte in it", variable.name));
        }
    }
    one.program.environment = environmentOf(host_.environment, one.container->variables);
    one.program.workFolder = "/";
    one.program.program = engine_->tool().name;
    if (one.service.ready) {
        if (const auto* exec = std::get_if<plan::ReadyExec>(&one.service.ready->probe)) {
            one.probe = one.program;
            one.probe->argv = execInContainer(engine_->tool(), request.container.name, *exec);
        }
    }
    return {};
}

// Before anything is started: what is missing must not look like a service that fails.
io::Task<Outcome> ServiceRunner::findImages(io::StopToken stop) {
    const std::vector<OnePtr> all = services_;
    for (const OnePtr& one : all) {
        if (!one->container) {
            continue;
        }
        const Result<std::string> image =
            co_await engine_->findImage(one->service.image, "missing", one->log, stop);
        const std::string name = fmt::format("service '{}'", one->service.name());
        if (stop.stopRequested()) {
            co_return stoppedOutcome(stop, name);
        }
        if (!image) {
            co_return Outcome::infrastructure(fmt::format("{}: {}", name, image.error().text()),
                                              image.error().hint);
        }
        one->container->image = *image;
        one->program.argv = runContainer(*one->container);
    }
    co_return Outcome::succeeded();
}

// TERM to the client's tree would reach the container past its engine, with a signal that it may not obey.
io::Task<> ServiceRunner::endClient(OnePtr one, std::shared_ptr<Leader> leader, bool asked) {
    const io::StopToken stop = one->stop.token();
    if (asked) {
        io::StopSource now;
        const auto relay = stop.onStop([&now](io::StopLevel level) {
            if (level == io::StopLevel::Immediate) {
                now.request(level, io::StopReason::Shutdown);
            }
        });
        std::vector<std::string> words = stopContainer(one->container->place.name, host_.grace);
        const Result<std::string> stopped = co_await engine_->ask(std::move(words), now.token());
        if (!stopped) { // there may be none yet
            leader->stop(std::max(stop.level(), io::StopLevel::Graceful));
            co_return;
        }
    }
    if (!co_await leader->waitOver(clientPatience)) {
        leader->stop(io::StopLevel::Immediate);
    }
}

// The container outlives its client.
io::Task<> ServiceRunner::removeContainerOf(OnePtr one) {
    std::vector<std::string> names{one->container->place.name};
    const Result<void> removed = co_await engine_->remove(std::move(names));
    one->notRemoved = removed ? std::nullopt : std::optional<Error>(removed.error());
}

// A client that ends says how its container ended, or that the engine failed; the engine knows which.
io::Task<Outcome> ServiceRunner::outcomeOfContainer(OnePtr one, Outcome outcome) {
    std::vector<std::string> words = inspectContainer(one->container->place.name);
    const Result<std::string> state = co_await engine_->ask(std::move(words), {});
    const int status = outcome.exit.value_or(outcome.ok() ? 0 : -1);
    if (state && *state == fmt::format("false {}", status)) {
        co_return outcome;
    }
    const std::string said = secret::redact(one->log->lastLine(), one->secrets);
    if (status == cannotExecute || status == notFound) { // what it should run is not in the image
        outcome.message = said;
        co_return outcome;
    }
    const std::string& engine = one->container->engine.name;
    std::string what = status == enginesFirst ? fmt::format("'{} run' failed", engine)
                                              : fmt::format("{} lost its container", engine);
    co_return Outcome::infrastructure(said.empty() ? what : fmt::format("{}: {}", what, said));
}

} // namespace cirque::agent
