// SPDX-License-Identifier: Apache-2.0
#include "app/local/asked-jobs.hh"

#include "plan/graph.hh"

namespace cirque::app {

std::set<std::string> askedJobs(const LocalRequest& request) {
    const std::vector<plan::Job>& jobs = request.plan->jobs;
    const plan::Graph graph(jobs);
    std::set<std::string> asked;
    const auto add = [&](int job) { asked.insert(jobs[static_cast<std::size_t>(job)].name); };
    bool all = request.options.selected.empty();
    for (const std::string& name : request.options.selected) {
        const int job = graph.find(name);
        if (job < 0) {
            all = true;
            continue;
        }
        add(job);
        for (const int need : request.options.only ? std::vector<int>() : graph.ancestors(job)) {
            add(need);
        }
    }
    for (const plan::Job& job : jobs) {
        if (request.options.settled.contains(job.name)) {
            asked.erase(job.name);
        } else if (all) {
            asked.insert(job.name);
        }
    }
    return asked;
}

} // namespace cirque::app
