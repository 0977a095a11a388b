// SPDX-License-Identifier: Apache-2.0
#include "plan/types.hh"

#include <algorithm>

namespace cirque::plan {

const Job* Plan::findJob(std::string_view key) const {
    const auto found = std::ranges::find(jobs, key, &Job::name);
    return found == jobs.end() ? nullptr : &*found;
}

} // namespace cirque::plan
