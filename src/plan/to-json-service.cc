// SPDX-License-Identifier: Apache-2.0
#include "plan/duration.hh"
#include "plan/to-json-parts.hh"

namespace cirque::plan::parts {
namespace {

template <class Action>
void putExec(JsonObject& out, const Action& action) {
    if (const auto* argv = std::get_if<ArgvRun>(&action)) {
        out["exec"] = toJson(argv->argv);
    } else if (const auto* bash = std::get_if<BashRun>(&action)) {
        out["exec"] = bash->script;
    }
}

void putTarget(JsonObject& out, std::string_view key, const std::string& target) {
    const bool number = target.find_first_not_of("0123456789") == std::string::npos;
    out[key] = number ? Json(std::stoi(target)) : Json(target);
}

void putReady(JsonObject& out, const std::optional<Ready>& ready) {
    if (!ready) {
        return;
    }
    JsonObject object;
    if (const auto* exec = std::get_if<ReadyExec>(&ready->probe)) {
        putExec(object, exec->action);
    } else if (const auto* http = std::get_if<ReadyHttp>(&ready->probe)) {
        putTarget(object, "http", http->target);
    } else if (const auto* tcp = std::get_if<ReadyTcp>(&ready->probe)) {
        putTarget(object, "tcp", tcp->target);
    } else {
        object["log"] = std::get<ReadyLog>(ready->probe).text;
    }
    if (ready->timeout != Ready{}.timeout) {
        object["timeout"] = plan::toJson(ready->timeout);
    }
    if (ready->interval != Ready{}.interval) {
        object["interval"] = plan::toJson(ready->interval);
    }
    out["ready"] = std::move(object);
}

void putPorts(JsonObject& out, const std::vector<ServicePort>& ports) {
    if (ports.empty()) {
        return;
    }
    JsonArray list;
    JsonObject named;
    for (const ServicePort& port : ports) {
        if (port.name.empty()) {
            list.push_back(port.mapping.is_null() ? Json(port.number) : port.mapping);
        } else {
            named[port.name] = port.number;
        }
    }
    out["ports"] = named.empty() ? Json(std::move(list)) : Json(std::move(named));
}

} // namespace

Json toJson(const Service& service) {
    JsonObject out;
    putText(out, "image", service.image);
    if (service.package) {
        out["package"] = toJson(*service.package);
    }
    if (service.hasExec) {
        putExec(out, service.program.action);
    }
    putEnv(out, service.program.env);
    putTexts(out, "path", service.program.path);
    putClosure(out, service.program.closure);
    putPorts(out, service.ports);
    putReady(out, service.ready);
    if (service.restart != Restart::Never) {
        out["restart"] = service.restart == Restart::Always ? "always" : "on-failure";
    }
    if (!service.volumes.empty()) {
        out["volumes"] = JsonArray(service.volumes.begin(), service.volumes.end());
    }
    return out;
}

} // namespace cirque::plan::parts
