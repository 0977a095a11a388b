// SPDX-License-Identifier: Apache-2.0
#include "history/longest-chain.hh"
#include "history/timeline.hh"

namespace cirque::history {

std::vector<std::size_t> criticalPath(const Timeline& timeline) {
    std::vector<ChainLink> links;
    for (const JobSpan& job : timeline.jobs) {
        links.push_back({job.name, job.needs, job.duration(timeline.length).value_or(Micros(0)).count(),
                         !job.attempts.empty(), job.by});
    }
    return longestChain(links);
}

} // namespace cirque::history
