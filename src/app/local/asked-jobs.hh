// SPDX-License-Identifier: Apache-2.0
// Which jobs of the plan a run may start: what only others need is no reason to refuse it.
#pragma once

#include "app/local/request.hh"

#include <set>
#include <string>

namespace cirque::app {

// The jobs that were asked for and those they need, without what is settled. All, when none is named or one
// that was asked for is not in the plan yet. The request outlives it.
class AskedJobs {
  public:
    explicit AskedJobs(const LocalRequest& request);

    [[nodiscard]] bool contains(const std::string& job) const;

  private:
    const LocalRequest& request_;
    bool all_ = false;
    std::set<std::string> asked_; // unless all
};

} // namespace cirque::app
