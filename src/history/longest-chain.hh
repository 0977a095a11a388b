// SPDX-License-Identifier: Apache-2.0
// The chain of jobs, each needing the one before, that took longest: why a run took as long as it did. What
// needs a matrix waits for each of its members. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::history {

struct ChainLink {
    std::string_view name;
    std::span<const std::string> needs; // names; unknown ones are ignored
    std::int64_t duration = 0;          // in any unit, the same for all
    bool ran = false;
    std::string_view matrix = {}; // whose member it is; empty: none's
};

// Places of the chain's jobs that ran, first to last; empty when fewer than two did. Linear in jobs and
// needs. Jobs on a cycle (records that lie) are left out.
std::vector<std::size_t> longestChain(std::span<const ChainLink> jobs);

} // namespace cirque::history
