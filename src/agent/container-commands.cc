// SPDX-License-Identifier: Apache-2.0
#include "agent/container-commands.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cirque::agent {
namespace {

// An image need not have bash, and most have sh.
constexpr std::string_view anyShell =
    R"(b=$(command -v bash) && exec "$b" --noprofile --norc -euo pipefail -c "$0"
exec sh -eu -c "$0")";

// Of one list; the last one of a name counts.
const Variable* last(const std::vector<Variables>& layers, std::string_view name) {
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        const auto found = std::ranges::find(layer->rbegin(), layer->rend(), name, &Variable::name);
        if (found != layer->rend()) {
            return &*found;
        }
    }
    return nullptr;
}

std::vector<std::string> wordsOf(const plan::BashRun& script) {
    return {"-c", std::string(anyShell), script.script};
}

void addVariables(std::vector<std::string>& words, const Variables& variables) {
    for (const Variable& variable : variables) {
        words.push_back(variable.secret ? "--env=" + variable.name
                                        : fmt::format("--env={}={}", variable.name, variable.value));
    }
}

void addNetwork(std::vector<std::string>& words, const ContainerStart& start) {
    if (!start.place.network.empty()) {
        words.push_back("--network=" + start.place.network); // whose loopback it then has
        return;
    }
    for (const plan::ServicePort& port : start.service.ports) {
        words.push_back(fmt::format("--publish=127.0.0.1:{0}:{0}", port.number));
    }
}

} // namespace

Variables variablesOf(const ServiceRequest& request) {
    Variables out;
    for (const plan::EnvEntry& entry : request.service.program.env) {
        const Variable* value = last(request.above, entry.name);
        value = value != nullptr ? value : last(request.below, entry.name);
        if (value != nullptr) {
            out.push_back(*value);
        }
    }
    return out;
}

std::vector<std::string> runContainer(const ContainerStart& start) {
    std::vector<std::string> words{start.engine.path, "run", "--pull=never", "--log-driver=none",
                                   "--no-healthcheck"};
    if (start.engine.isPodman()) {
        // it would hand the caller's proxies, and the passwords in them, to the service
        words.emplace_back("--http-proxy=false");
    }
    words.push_back("--name=" + start.place.name);
    for (const std::string& label : start.place.labels) {
        words.push_back("--label=" + label);
    }
    addNetwork(words, start);
    addVariables(words, start.variables);
    std::vector<std::string> command;
    if (start.service.hasExec) {
        if (const auto* argv = std::get_if<plan::ArgvRun>(&start.service.program.action)) {
            command = argv->argv;
        } else if (const auto* bash = std::get_if<plan::BashRun>(&start.service.program.action)) {
            words.emplace_back("--entrypoint=sh");
            command = wordsOf(*bash);
        }
    }
    words.push_back(start.image);
    words.insert(words.end(), command.begin(), command.end());
    return words;
}

std::vector<std::string> execInContainer(const Engine& engine, const std::string& name,
                                         const plan::ReadyExec& command) {
    std::vector<std::string> words{engine.path, "exec", name};
    std::vector<std::string> inside;
    if (const auto* argv = std::get_if<plan::ArgvRun>(&command.action)) {
        inside = argv->argv;
    } else {
        inside = wordsOf(std::get<plan::BashRun>(command.action));
        words.emplace_back("sh");
    }
    words.insert(words.end(), inside.begin(), inside.end());
    return words;
}

std::vector<std::string> stopContainer(const std::string& name, Millis grace) {
    constexpr long perSecond = 1000;
    const long seconds = std::max<long>(1, grace.count() / perSecond);
    return {"stop", fmt::format("--time={}", seconds), name};
}

std::vector<std::string> inspectContainer(const std::string& name) {
    return {"container", "inspect", "--format={{.State.Running}} {{.State.ExitCode}}", name};
}

} // namespace cirque::agent
