// SPDX-License-Identifier: Apache-2.0
#include "plan/convert.hh"
#include "plan/duration.hh"

#include <fmt/format.h>

namespace cirque::plan::convert {
namespace {

std::uint16_t port(const Json& json) {
    boost::system::error_code inexact;
    return json.is_number() ? json.to_number<std::uint16_t>(inexact) : std::uint16_t{0};
}

std::vector<ServicePort> ports(const Json& json) {
    std::vector<ServicePort> out;
    forEach(json, "ports", [&](std::string_view name, const Json& one) {
        out.push_back({std::string(name), port(one), {}});
    });
    forEachElement(json, "ports", [&](const Json& one) {
        out.push_back({{}, port(one), one.is_object() ? withoutPositions(one) : Json()});
    });
    return out;
}

// Of either action: both kinds of script are in each.
template <class Action>
Action script(const Json& json) {
    const Json* found = find(json, "exec");
    return found != nullptr && found->is_array() ? Action(ArgvRun{texts(json, "exec")})
                                                 : Action(BashRun{text(json, "exec")});
}

std::string target(const Json& json) {
    return json.is_number() ? fmt::to_string(port(json)) : scalar(json);
}

std::optional<Ready> ready(const Json& json) {
    const Json* found = find(json, "ready");
    if (found == nullptr || !found->is_object()) {
        return std::nullopt;
    }
    Ready out;
    if (const Json* http = find(*found, "http")) {
        out.probe = ReadyHttp{target(*http)};
    } else if (const Json* tcp = find(*found, "tcp")) {
        out.probe = ReadyTcp{target(*tcp)};
    } else if (find(*found, "log") != nullptr) {
        out.probe = ReadyLog{text(*found, "log")};
    } else {
        out.probe = ReadyExec{script<std::variant<BashRun, ArgvRun>>(*found)};
    }
    out.timeout = duration(*found, "timeout").isSet() ? duration(*found, "timeout").value : out.timeout;
    out.interval = duration(*found, "interval").isSet() ? duration(*found, "interval").value : out.interval;
    return out;
}

} // namespace

Service service(std::string_view name, const Json& json) {
    Service out;
    out.program.name = name;
    out.hasExec = find(json, "exec") != nullptr;
    out.program.action = script<decltype(Step::action)>(json);
    out.program.env = env(json);
    out.program.path = texts(json, "path");
    out.program.closure = closure(json);
    out.image = text(json, "image");
    if (const Json* package = find(json, "package")) {
        out.package = derivation(*package);
    }
    out.ports = ports(json);
    forEachElement(json, "volumes", [&](const Json& one) { out.volumes.push_back(withoutPositions(one)); });
    out.ready = ready(json);
    const std::string restart = text(json, "restart");
    out.restart = restart == "always"       ? Restart::Always
                  : restart == "on-failure" ? Restart::OnFailure
                                            : Restart::Never;
    return out;
}

} // namespace cirque::plan::convert
