// SPDX-License-Identifier: Apache-2.0
// Units of time and how they are written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cirque {

using Millis = std::chrono::milliseconds;

// Wall clock, microseconds since the Unix epoch: what events show. Never used to measure.
struct WallTime {
    std::int64_t micros = 0;
    auto operator<=>(const WallTime&) const = default;
};

// Monotonic clock, nanoseconds since an arbitrary start (CLOCK_MONOTONIC): what durations are measured with.
struct MonoTime {
    std::int64_t nanos = 0;
    auto operator<=>(const MonoTime&) const = default;
};

inline Millis operator-(MonoTime later, MonoTime earlier) {
    return Millis((later.nanos - earlier.nanos) / 1'000'000);
}

WallTime wallNow();
MonoTime monoNow();

// RFC 3339 in UTC with microseconds: 2026-11-20T22:53:56.780123Z.
std::string toIso8601(WallTime time);
std::optional<WallTime> parseIso8601(std::string_view text);

// For people: "63ms", "1.2s", "3m 04s", "2h 05m".
std::string formatDuration(Millis duration);

} // namespace cirque
