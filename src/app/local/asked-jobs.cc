// SPDX-License-Identifier: Apache-2.0
#include "app/local/asked-jobs.hh"

#include "plan/graph.hh"

namespace cirque::app {

AskedJobs::AskedJobs(const LocalRequest& request)
    : request_(request), all_(request.options.selected.empty()) {
    if (all_) {
        return;
    }
    const std::vector<plan::Job>& jobs = request.plan->jobs;
    const plan::Graph graph(jobs);
    const auto add = [&](int job) { asked_.insert(jobs[static_cast<std::size_t>(job)].name); };
    for (const std::string& name : request.options.selected) {
        const int job = graph.find(name);
        if (job < 0) {
            all_ = true;
            return;
        }
        add(job);
        for (const int need : request.options.only ? std::vector<int>() : graph.ancestors(job)) {
            add(need);
        }
    }
}

bool AskedJobs::contains(const std::string& job) const {
    return (all_ || asked_.contains(job)) && !request_.options.settled.contains(job);
}

} // namespace cirque::app
