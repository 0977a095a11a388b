// SPDX-License-Identifier: Apache-2.0
// The job graph by index: needs, dependants, order. Linear in jobs plus edges. Pure.
#pragma once

#include "plan/types.hh"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace cirque::plan {

class Graph {
  public:
    // Needs that name no job, and repeated ones, are left out here (validate reports them). Keeps views of
    // the jobs' names: `jobs` must stay in place as long as find() is called.
    explicit Graph(const std::vector<Job>& jobs);

    [[nodiscard]] std::size_t size() const { return needs_.size(); }

    [[nodiscard]] const std::vector<int>& needs(int job) const {
        return needs_[static_cast<std::size_t>(job)];
    }

    [[nodiscard]] const std::vector<int>& dependants(int job) const {
        return dependants_[static_cast<std::size_t>(job)];
    }

    [[nodiscard]] int find(std::string_view name) const; // -1: no such job

    // One cycle as job indices in order, first repeated last; empty when there is none. Iterative.
    [[nodiscard]] std::vector<int> findCycle() const;

    // At most `most` cycles, each as findCycle gives one. Iterative.
    [[nodiscard]] std::vector<std::vector<int>> findCycles(std::size_t most) const;

    // Every job after all its needs, as early as it can be. Jobs on or behind a cycle are missing.
    [[nodiscard]] std::vector<int> topologicalOrder() const;

    // Every transitive need of `job`, without itself, in no order.
    [[nodiscard]] std::vector<int> ancestors(int job) const;

  private:
    std::vector<std::vector<int>> needs_;
    std::vector<std::vector<int>> dependants_;
    std::unordered_map<std::string_view, int> index_;
};

} // namespace cirque::plan
