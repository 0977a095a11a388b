// SPDX-License-Identifier: Apache-2.0
// How durations are written in plans and on the command line. Pure.
#pragma once

#include "base/json.hh"
#include "base/time.hh"

#include <optional>
#include <string_view>

namespace cirque::plan {

inline constexpr Millis longestDuration{1'000'000'000'000}; // 31 years: far from any overflow

// "500ms", "90s", "5m", "2h", or digits alone for seconds. Nothing when it is none of these or above the
// longest.
std::optional<Millis> parseDuration(std::string_view text);

// An integer is seconds, a string as above; nothing for anything else.
std::optional<Millis> readDuration(const Json& json);

// Integer seconds when whole, else "1500ms".
Json toJson(Millis duration);

} // namespace cirque::plan
