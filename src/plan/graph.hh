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
    // Needs that name no job are left out here (validate reports them).
    explicit Graph(const std::vector<Job>& jobs);

    [[nodiscard]] std::size_t size() const { return needs_.size(); }

    [[nodiscard]] const std::vector<int>& needs(int job) const { return needs_[static_cast<std::size_t>(job)]; }

    [[nodiscard]] const std::vector<int>& dependants(int job) const {
        return dependants_[static_cast<std::size_t>(job)];
    }

    [[nodiscard]] int find(std::string_view name) const; // -1: no such job

    // One cycle as job indices in order, first repeated last; empty when there is none. Iterative.
    [[nodiscard]] std::vector<int> findCycle() const;

    // Every transitive need of `job`, without itself, in no order.
    [[nodiscard]] std::vector<int> ancestors(int job) const;

  private:
    std::vector<std::vector<int>> needs_;
    std::vector<std::vector<int>> dependants_;
    std::unordered_map<std::string_view, int> index_;
};

} // namespace cirque::plan
