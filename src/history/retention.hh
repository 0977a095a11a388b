// SPDX-License-Identifier: Apache-2.0
// Which runs are no longer kept. Pure; prune.hh removes them.
#pragma once

#include "base/ids.hh"
#include "base/time.hh"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cirque::history {

struct RetentionLimits { // nothing: no limit
    std::optional<std::int64_t> runs;
    std::optional<std::int64_t> days;
    std::optional<std::int64_t> bytes;
};

struct StoredRun {
    RunId id;
    std::int64_t bytes = 0;
};

enum class Expiry { Count, Age, Size, All, NeverBegan };

// "count", "age", "size", "all", "never-began".
std::string_view toString(Expiry why);

struct Expired {
    RunId id;
    Expiry why = Expiry::Count;
    std::int64_t bytes = 0;
};

// When the run began: its id says so (UUIDv7), to the millisecond.
WallTime startOf(const RunId& run);

// The runs that a limit speaks against, oldest first. The newest run is always kept. By size, the oldest go
// until the others fit.
std::vector<Expired> findExpired(std::span<const StoredRun> newestFirst, const RetentionLimits& limits,
                                 WallTime now);

} // namespace cirque::history
