// SPDX-License-Identifier: Apache-2.0
#include "app/local/kept.hh"

#include "app/local/executors.hh"
#include "engine/needs.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace cirque::app {

namespace {

std::string keptBy(std::string_view kind, const std::string& workFolder) {
    if (kind == "ssh") {
        return "of ssh on their hosts, in the folders that the jobs' logs name";
    }
    const std::string folder = kind == "local" ? workFolder : fmt::format("{}/{}", workFolder, kind);
    return fmt::format("of {} in {}/jobs{}", kind, folder,
                       kind == "nspawn" ? " (of the machines themselves nothing is)" : "");
}

} // namespace

std::string whereKept(const plan::Plan& plan, const std::string& workFolder) {
    std::vector<std::string> kept;
    bool onlyLocal = true; // as what joins the plan later is
    for (const std::string_view kind : executorKinds()) {
        const auto isHere = [kind](const plan::Job& job) {
            return job.executor.kind == kind && engine::needsPlace(job);
        };
        if (std::ranges::any_of(plan.jobs, isHere)) {
            kept.push_back(keptBy(kind, workFolder));
            onlyLocal = onlyLocal && kind == "local";
        }
    }
    if (onlyLocal) {
        return fmt::format("the jobs' folders are kept in {}/jobs", workFolder);
    }
    return fmt::format("the jobs' folders are kept: {}", fmt::join(kept, "; "));
}

} // namespace cirque::app
