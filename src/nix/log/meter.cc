// SPDX-License-Identifier: Apache-2.0
#include "nix/log/meter.hh"

#include "nix/log/names.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::nix {
namespace {

constexpr std::size_t mostActive = 64; // only one is shown; more than that need not be known

} // namespace

void BuildMeter::begin(std::string_view path, bool fetch) {
    if (active_.size() < mostActive) {
        active_.push_back({std::string(path), {}, fetch});
    }
}

void BuildMeter::end(std::string_view path, bool fetch) {
    const auto found = std::ranges::find_if(
        active_, [&](const Active& active) { return active.fetch == fetch && active.path == path; });
    if (found != active_.end()) {
        active_.erase(found);
    }
}

void BuildMeter::take(const LogEvent& event) {
    if (const auto* started = std::get_if<BuildStarted>(&event)) {
        begin(started->drv, false);
    } else if (const auto* ended = std::get_if<BuildEnded>(&event)) {
        end(ended->drv, false);
    } else if (const auto* fetch = std::get_if<FetchStarted>(&event)) {
        begin(fetch->path, true);
    } else if (const auto* fetched = std::get_if<FetchEnded>(&event)) {
        end(fetched->path, true);
    } else if (const auto* phase = std::get_if<PhaseStarted>(&event)) {
        for (Active& active : active_) {
            if (!active.fetch && active.path == phase->drv) {
                active.phase = phase->phase;
            }
        }
    }
}

// A build says more than a fetch; of several the newest.
std::string BuildMeter::current() const {
    const Active* shown = nullptr;
    for (const Active& active : active_) {
        if (shown == nullptr || shown->fetch || !active.fetch) {
            shown = &active;
        }
    }
    if (shown == nullptr) {
        return {};
    }
    const std::string_view name = nameOfPath(shown->path);
    if (shown->fetch) {
        return fmt::format("{} {}", fetch_, name);
    }
    return shown->phase.empty() ? std::string(name) : fmt::format("{}: {}", name, shown->phase);
}

std::optional<Measure> BuildMeter::told(const Counts& counts) {
    Measure now{counts, current()};
    if (now == last_) {
        return std::nullopt;
    }
    last_ = now;
    return now;
}

std::optional<Measure> BuildMeter::due(const Counts& counts, MonoTime now) {
    if (now - lastTime_ < interval) {
        return std::nullopt;
    }
    std::optional<Measure> out = told(counts);
    if (out) {
        lastTime_ = now;
        told_ = true;
    }
    return out;
}

std::optional<Measure> BuildMeter::last(const Counts& counts) {
    return told_ ? told(counts) : std::nullopt;
}

} // namespace cirque::nix
