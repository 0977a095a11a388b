// SPDX-License-Identifier: Apache-2.0
#include "plan/runnable.hh"

#include "base/text.hh"
#include "plan/contains.hh"
#include "plan/location.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cirque::plan {
namespace {

class Refusals {
  public:
    Refusals(std::span<const std::string_view> executorKinds, std::string_view system)
        : executorKinds_(executorKinds), system_(system) {}

    std::vector<Problem> problems;

    void providers(const std::vector<EnvProvider>& providers, const Path& at) {
        for (std::size_t i = 0; i < providers.size(); ++i) {
            if (providers[i].kind == EnvProvider::Kind::Other) {
                add(below(at, {{"envFrom"}, {{}, static_cast<std::ptrdiff_t>(i)}}),
                    fmt::format("environment provider {} is not supported", quoted(providers[i].kindName)),
                    "use file, static or required");
            }
        }
    }

    void job(const Job& job) {
        const Path at{{"jobs"}, {job.name}};
        if (!contains(executorKinds_, std::string_view(job.executor.kind))) {
            const std::string_view near = nearest(job.executor.kind, executorKinds_);
            add(below(at, {{"executor"}}),
                fmt::format("executor {} is not supported", quoted(job.executor.kind)),
                near.empty() ? fmt::format("this version has: {}", fmt::join(executorKinds_, ", "))
                             : fmt::format("did you mean '{}'?", near));
        }
        if (!job.system.empty() && job.system != system_) {
            add(below(at, {{"system"}}), fmt::format("system {} is not supported", quoted(job.system)),
                fmt::format("this machine is {}", system_));
        }
        providers(job.envFrom, at);
        for (const Service& service : job.services) {
            if (std::ranges::any_of(service.ports,
                                    [](const auto& port) { return !port.mapping.is_null(); })) {
                add(below(at, {{"services"}, {service.name()}, {"ports"}}),
                    "ports that are mapped to others are not supported", "write the number alone");
            }
            if (!service.volumes.empty()) {
                add(below(at, {{"services"}, {service.name()}, {"volumes"}}),
                    "volumes of a service are not supported", "it runs in the job's folder");
            }
        }
        if (job.machine) {
            add(below(at, {{"machine"}}), "a job's own machine is not supported");
        }
        for (std::size_t i = 0; i < job.steps.size(); ++i) {
            step(job.steps[i], below(at, {{"steps"}, {{}, static_cast<std::ptrdiff_t>(i)}}));
        }
    }

  private:
    static Path below(Path path, std::vector<PathPart> rest) {
        path.insert(path.end(), rest.begin(), rest.end());
        return path;
    }

    void step(const Step& step, const Path& at) {
        if (std::holds_alternative<BuildRun>(step.action)) {
            buildStep(step, at);
        }
        if (step.shell != "bash") {
            add(below(at, {{"shell"}}), fmt::format("shell {} is not supported", quoted(step.shell)),
                "use bash");
        }
    }

    // A derivation says all about its build: what a step adds would be ignored.
    void buildStep(const Step& step, const Path& at) {
        const std::array<std::pair<std::string_view, bool>, 3> extras{
            {{"env", !step.env.empty()}, {"path", !step.path.empty()}, {"workdir", !step.workdir.empty()}}};
        for (const auto& [key, given] : extras) {
            if (given) {
                add(below(at, {{std::string(key)}}),
                    fmt::format("{} of a build step is not supported", quoted(key)),
                    "say it in the derivation");
            }
        }
    }

    void add(const Path& path, std::string message, std::string hint = {}) {
        problems.push_back({toText(path), {}, message + " by this version of cirque", std::move(hint)});
    }

    std::span<const std::string_view> executorKinds_;
    std::string_view system_;
};

} // namespace

std::vector<Problem> unsupportedParts(const Plan& plan, std::span<const std::string_view> executorKinds,
                                      std::string_view system) {
    Refusals refusals(executorKinds, system);
    refusals.providers(plan.envFrom, {});
    for (const Job& job : plan.jobs) {
        refusals.job(job);
    }
    return std::move(refusals.problems);
}

} // namespace cirque::plan
