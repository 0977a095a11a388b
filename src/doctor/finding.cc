// SPDX-License-Identifier: Apache-2.0
#include "doctor/finding.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::doctor {
namespace {

struct Look {
    std::string_view name;
    std::string_view colour; // SGR (ECMA-48): green, yellow, red
};

constexpr std::array<Look, 3> looks{{{"ok", "32"}, {"warning", "33"}, {"problem", "31"}}};

const Look& lookOf(Health health) {
    return looks[static_cast<std::size_t>(health)];
}

std::string label(Health health, bool colour) {
    const Look& look = lookOf(health);
    const std::string text = fmt::format("{:<8}", look.name);
    return colour ? fmt::format("\033[{}m{}\033[0m", look.colour, text) : text;
}

std::string closing(std::span<const Finding> findings) {
    const auto count = [&](Health health) { return std::ranges::count(findings, health, &Finding::health); };
    const auto problems = count(Health::Problem);
    const auto warnings = count(Health::Warning);
    const std::string verdict =
        problems == 0 ? "cirque can run here" : "cirque cannot run here until the problems above are mended";
    return fmt::format("\n{}: {} {}, {} {}\n", verdict, problems, problems == 1 ? "problem" : "problems",
                       warnings, warnings == 1 ? "warning" : "warnings");
}

} // namespace

std::string_view toString(Health health) {
    return lookOf(health).name;
}

bool canRun(std::span<const Finding> findings) {
    return std::ranges::none_of(findings,
                                [](const Finding& found) { return found.health == Health::Problem; });
}

std::string toText(std::span<const Finding> findings, bool colour) {
    std::string out;
    for (const Finding& found : findings) {
        out += fmt::format("{} {:<14} {}\n", label(found.health, colour), found.check,
                           keepOnlyColours(found.fact));
        for (const std::string& more : {found.meaning, found.remedy}) {
            if (!more.empty()) {
                out += fmt::format("{:<24}{}\n", "", more);
            }
        }
    }
    return out + closing(findings);
}

JsonObject toJson(std::span<const Finding> findings) {
    constexpr int jsonVersion = 1;
    JsonArray rows;
    for (const Finding& found : findings) {
        rows.push_back(JsonObject{{"check", found.check},
                                  {"health", toString(found.health)},
                                  {"fact", found.fact},
                                  {"meaning", found.meaning},
                                  {"remedy", found.remedy}});
    }
    return {{"version", jsonVersion}, {"canRun", canRun(findings)}, {"findings", std::move(rows)}};
}

} // namespace cirque::doctor
