// SPDX-License-Identifier: Apache-2.0
#include "plan/duration.hh"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace cirque::plan {
namespace {

std::optional<Millis> scaled(std::uint64_t count, std::uint64_t unit) {
    if (count > static_cast<std::uint64_t>(longestDuration.count()) / unit) {
        return std::nullopt;
    }
    return Millis(static_cast<std::int64_t>(count * unit));
}

} // namespace

std::optional<Millis> parseDuration(std::string_view text) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) {
        return std::nullopt;
    }
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit == "ms") {
        return scaled(count, 1);
    }
    if (unit.empty() || unit == "s") {
        return scaled(count, 1000);
    }
    if (unit == "m") {
        return scaled(count, 60'000);
    }
    if (unit == "h") {
        return scaled(count, 3'600'000);
    }
    return std::nullopt;
}

std::optional<Millis> readDuration(const Json& json) {
    if (json.is_string()) {
        return parseDuration(std::string_view(json.get_string()));
    }
    if (json.is_uint64()) {
        return scaled(json.get_uint64(), 1000);
    }
    if (json.is_int64() && json.get_int64() >= 0) {
        return scaled(static_cast<std::uint64_t>(json.get_int64()), 1000);
    }
    return std::nullopt;
}

Json toJson(Millis duration) {
    if (duration.count() % 1000 == 0) {
        return duration.count() / 1000;
    }
    return Json(fmt::format("{}ms", duration.count()));
}

} // namespace cirque::plan
