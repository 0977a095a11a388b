// SPDX-License-Identifier: Apache-2.0
#include "app/local/image-services.hh"

#include "agent/engine.hh"
#include "app/local/asked-jobs.hh"
#include "app/local/executors.hh"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace cirque::app {
namespace {

std::optional<std::pair<const plan::Job*, const plan::Service*>> firstHere(const LocalRequest& request) {
    const AskedJobs asked(request);
    for (const plan::Job& job : request.plan->jobs) {
        const auto row = std::ranges::find(executorRows(), job.executor.kind, &ExecutorRow::kind);
        if (row == executorRows().end() || row->hasEngine || !asked.contains(job.name)) {
            continue;
        }
        for (const plan::Service& service : job.services) {
            if (!service.image.empty()) {
                return std::pair{&job, &service};
            }
        }
    }
    return std::nullopt;
}

} // namespace

bool hasImagesHere(const LocalRequest& request) {
    return firstHere(request).has_value();
}

Result<void> checkEngine(const LocalRequest& request) {
    const auto first = firstHere(request);
    if (!first) {
        return {};
    }
    const auto engine = agent::findEngine(request.environment.get("PATH"), request.environment.block());
    if (!engine) {
        Error error = engine.error();
        return fail(std::move(error).within(fmt::format("service '{}' of job '{}' is a container of '{}'",
                                                        first->second->name(), first->first->name,
                                                        first->second->image)));
    }
    return {};
}

} // namespace cirque::app
