// SPDX-License-Identifier: Apache-2.0
#include "app/local/built-results.hh"

#include "engine/needs.hh"
#include "nix/store/roots.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace cirque::app {

BuiltResults builtResults(const history::RunRecord& record, const plan::Plan& plan,
                          const std::unordered_map<std::string, engine::Settled>& settled) {
    BuiltResults out;
    for (const auto& [name, how] : settled) {
        const plan::Job* job = plan.findJob(name);
        const auto recorded = record.jobs.find(name);
        if (job == nullptr && recorded != record.jobs.end()) {
            job = plan.findJob(recorded->second.matrix);
        }
        for (const auto& [result, value] : how.results) {
            if (job != nullptr && engine::isBuilt(*job, result, value)) {
                out[name].push_back(value);
            }
        }
    }
    return out;
}

BuiltResults namedPaths(const plan::Plan& plan,
                        const std::unordered_map<std::string, engine::Settled>& settled) {
    BuiltResults out;
    for (const plan::Job& job : plan.jobs) {
        if (settled.contains(job.name)) {
            continue;
        }
        std::set<std::string> paths;
        const auto add = [&paths](const plan::Step& step) {
            paths.insert(step.closure.paths.begin(), step.closure.paths.end());
            for (const plan::Derivation& derivation : step.closure.derivations) {
                paths.insert(derivation.drv);
            }
            if (const auto* build = std::get_if<plan::BuildRun>(&step.action)) {
                paths.insert(build->derivation.drv);
            }
        };
        std::ranges::for_each(job.steps, add);
        std::ranges::for_each(job.services, add, &plan::Service::program);
        for (const plan::Service& service : job.services) {
            if (service.package) {
                paths.insert(service.package->drv);
            }
        }
        if (!paths.empty()) {
            out[job.name].assign(paths.begin(), paths.end());
        }
    }
    return out;
}

io::Task<std::set<std::string>> keepBuilt(config::Environment environment, std::string folder,
                                          BuiltResults results, io::StopToken stop) {
    std::set<std::string> gone;
    std::vector<std::string> all;
    for (const auto& [job, paths] : results) {
        all.insert(all.end(), paths.begin(), paths.end());
    }
    const nix::Variables variables = environment.variables();
    if (const Result<void> kept = co_await nix::addRoots(variables, folder, std::move(all), stop); kept) {
        co_return gone;
    }
    int count = 0;
    for (auto& [job, paths] : results) {
        if (stop.stopRequested()) {
            break;
        }
        const std::string own = fmt::format("{}-{}", folder, ++count);
        const Result<void> kept = co_await nix::addRoots(variables, own, std::move(paths), stop);
        if (!kept) {
            gone.insert(job);
        }
    }
    co_return gone;
}

} // namespace cirque::app
