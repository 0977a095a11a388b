// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "plan/validate-parts.hh"

#include <fmt/format.h>

#include <unordered_map>

namespace cirque::plan {
namespace {

class ServiceChecks {
  public:
    ServiceChecks(Checks& checks, const Job& job) : checks_(checks), job_(job) {}

    void check(const Service& service) {
        checkAction(service);
        for (const ServicePort& port : service.ports) {
            if (!port.mapping.is_null() && service.image.empty()) {
                checks_.add(at(service, {{"ports"}}),
                            fmt::format("{} is a port of an image", quoted(toLine(port.mapping))),
                            "write the number where the service listens");
            } else if (port.number != 0) {
                checkPort(service, port);
            }
        }
        checkVariables(service);
        if (const auto* log = service.ready ? std::get_if<ReadyLog>(&service.ready->probe) : nullptr;
            log != nullptr && (log->text.empty() || log->text.find('\n') != std::string::npos)) {
            checks_.add(at(service, {{"ready"}, {"log"}}), "must be a part of one line, not empty");
        }
    }

  private:
    void checkAction(const Service& service) {
        if (service.image.starts_with('-')) {
            checks_.add(at(service, {{"image"}}), "no image has a name that begins with '-'");
        }
        if (!service.image.empty() && service.package) {
            checks_.add(at(service, {{"package"}}), "a service is either an image or a package");
        } else if (service.image.empty() && !service.hasExec) {
            checks_.add(at(service),
                        service.package ? "its package does not say which program to run"
                                        : "nothing says what it runs",
                        "give it exec, a package with a main program, or an image");
        }
    }

    void checkPort(const Service& service, const ServicePort& port) {
        const auto [found, isNew] = ports_.emplace(port.number, &service);
        if (!isNew) {
            checks_.add(at(service, {{"ports"}}),
                        fmt::format("port {} is already one of service {}", port.number,
                                    quoted(found->second->name())),
                        "the services of a job share this machine: give each its own");
        }
    }

    void checkVariables(const Service& service) {
        for (const auto& [name, value] : serviceVariables(service)) {
            const auto [found, isNew] = variables_.emplace(name, &service);
            if (!isNew) {
                checks_.add(
                    at(service),
                    fmt::format("it and service {} would both set {}", quoted(found->second->name()), name),
                    "rename one of them, or one of its ports");
            }
        }
    }

    [[nodiscard]] Path at(const Service& service, std::vector<PathPart> rest = {}) const {
        rest.insert(rest.begin(), {{"services"}, {service.name()}});
        return jobPath(job_, std::move(rest));
    }

    Checks& checks_;
    const Job& job_;
    std::unordered_map<int, const Service*> ports_;
    std::unordered_map<std::string, const Service*> variables_;
};

} // namespace

void checkServices(Checks& checks, std::size_t index) {
    const Job& job = checks.plan.jobs[index];
    ServiceChecks services(checks, job);
    for (const Service& service : job.services) {
        services.check(service);
        if (!service.program.env.empty()) {
            checkEnv(checks, index, service.program.env, jobPath(job, {{"services"}, {service.name()}}));
        }
    }
}

} // namespace cirque::plan
