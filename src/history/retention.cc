// SPDX-License-Identifier: Apache-2.0
#include "history/retention.hh"

#include <algorithm>
#include <charconv>

namespace cirque::history {

std::string_view toString(Expiry why) {
    switch (why) {
    case Expiry::Count:
        return "count";
    case Expiry::Age:
        return "age";
    case Expiry::Size:
        return "size";
    case Expiry::All:
        return "all";
    case Expiry::NeverBegan:
        return "never-began";
    }
    return {};
}

WallTime startOf(const RunId& run) {
    // RFC 9562 section 5.7: the first 48 bits are the milliseconds since the epoch; "0197a8c2-1f3e-..."
    constexpr std::size_t high = 8;
    constexpr std::size_t low = 4;
    const std::string& text = run.text();
    if (text.size() < high + 1 + low) {
        return {};
    }
    const std::string digits = text.substr(0, high) + text.substr(high + 1, low);
    std::int64_t millis = 0;
    constexpr int hex = 16;
    std::from_chars(digits.data(), digits.data() + digits.size(), millis, hex);
    return {millis * 1000};
}

std::vector<Expired> findExpired(std::span<const StoredRun> newestFirst, const RetentionLimits& limits,
                                 WallTime now) {
    constexpr std::int64_t microsPerDay = 86'400'000'000;
    std::vector<Expired> out;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < newestFirst.size(); ++i) {
        const StoredRun& run = newestFirst[i];
        total += run.bytes;
        std::optional<Expiry> why;
        if (limits.runs && static_cast<std::int64_t>(i) >= *limits.runs) {
            why = Expiry::Count;
        } else if (limits.days && (now.micros - startOf(run.id).micros) / microsPerDay >= *limits.days) {
            why = Expiry::Age;
        } else if (limits.bytes && total > *limits.bytes) {
            why = Expiry::Size;
        }
        if (why && i > 0) {
            out.push_back({run.id, *why, run.bytes});
        }
    }
    std::ranges::reverse(out);
    return out;
}

} // namespace cirque::history
