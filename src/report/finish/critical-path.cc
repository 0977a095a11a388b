// SPDX-License-Identifier: Apache-2.0
#include "report/finish/critical-path.hh"

#include "history/longest-chain.hh"

namespace cirque::report {

CriticalPath criticalPath(const RunModel& model) {
    std::vector<history::ChainLink> links;
    for (const JobModel& job : model.jobs()) {
        links.push_back({job.name, job.needs, job.duration.count(), job.started.has_value(), job.by});
    }
    CriticalPath path;
    path.jobs = history::longestChain(links);
    for (const std::size_t job : path.jobs) {
        path.duration += model.jobs()[job].duration;
    }
    return path;
}

} // namespace cirque::report
