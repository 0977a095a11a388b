// SPDX-License-Identifier: Apache-2.0
#include "base/time.hh"

#include <fmt/format.h>

#include <ctime>

namespace cirque {
namespace {

// Reads exactly `digits` decimal digits at `at`; nullopt when they are not there.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
    if (at + digits > text.size()) {
        return std::nullopt;
    }
    int value = 0;
    for (const char c : text.substr(at, digits)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

} // namespace

WallTime wallNow() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

MonoTime monoNow() {
    timespec spec{};
    clock_gettime(CLOCK_MONOTONIC, &spec);
    return {static_cast<std::int64_t>(spec.tv_sec) * 1'000'000'000 + spec.tv_nsec};
}

std::string toIso8601(WallTime time) {
    using namespace std::chrono;
    const sys_time<microseconds> point{microseconds(time.micros)};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss clock{point - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::optional<WallTime> parseIso8601(std::string_view text) {
    using namespace std::chrono;
    if (text.size() != 27 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':' || text[19] != '.' || text[26] != 'Z') {
        return std::nullopt;
    }
    const auto y = number(text, 0, 4);
    const auto mo = number(text, 5, 2);
    const auto d = number(text, 8, 2);
    const auto h = number(text, 11, 2);
    const auto mi = number(text, 14, 2);
    const auto s = number(text, 17, 2);
    const auto us = number(text, 20, 6);
    if (!y || !mo || !d || !h || !mi || !s || !us) {
        return std::nullopt;
    }
    const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)), day(static_cast<unsigned>(*d))};
    if (!date.ok() || *h > 23 || *mi > 59 || *s > 59) {
        return std::nullopt;
    }
    const auto point =
        sys_days(date).time_since_epoch() + hours(*h) + minutes(*mi) + seconds(*s) + microseconds(*us);
    return WallTime{duration_cast<microseconds>(point).count()};
}

std::string formatDuration(Millis duration) {
    const auto ms = duration.count();
    if (ms < 1000) {
        return fmt::format("{}ms", ms);
    }
    const auto tenths = (ms + 50) / 100;
    if (tenths < 600) {
        return fmt::format("{}.{}s", tenths / 10, tenths % 10);
    }
    const auto seconds = (ms + 500) / 1000;
    if (seconds < 3600) {
        return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
    }
    const auto minutes = seconds / 60;
    return fmt::format("{}h {:02}m", minutes / 60, minutes % 60);
}

} // namespace cirque
