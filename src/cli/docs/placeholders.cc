// SPDX-License-Identifier: Apache-2.0
#include "cli/docs/placeholders.hh"

#include "base/text.hh"

#include <algorithm>
#include <array>
#include <utility>

namespace cirque::cli {
namespace {

using Mark = void (*)(Values&);

constexpr std::array<std::pair<std::string_view, Mark>, 8> kinds{{
    {"RUN", [](Values& values) { values.runs = true; }},
    {"JOB", [](Values& values) { values.jobs = true; }},
    {"STEP", [](Values& values) { values.steps = true; }},
    {"TARGET", [](Values& values) { values.files = true; }},
    {"FILE", [](Values& values) { values.files = true; }},
    {"DIR", [](Values& values) { values.folders = true; }},
    {"COMMAND", [](Values& values) { values.commands = true; }},
    {"TEMPLATE", [](Values& values) { values.templates = true; }},
}};

bool isKind(std::string_view part) {
    return std::ranges::none_of(part, [](char c) { return c >= 'a' && c <= 'z'; });
}

void readPart(std::string_view part, Values& out) {
    if (part.empty()) {
        return;
    }
    if (!isKind(part)) {
        out.words.emplace_back(part);
        return;
    }
    for (const std::string_view name : split(part, '/')) {
        const auto found = std::ranges::find(kinds, name, &std::pair<std::string_view, Mark>::first);
        if (found != kinds.end()) {
            found->second(out);
        }
    }
}

} // namespace

Values readPlaceholder(std::string_view placeholder) {
    std::string bare;
    for (const char c : placeholder) {
        if (c != '[' && c != ']' && c != '.') {
            bare += c;
        }
    }
    Values out;
    for (const std::string_view part : split(bare, '|')) {
        readPart(part, out);
    }
    return out;
}

std::vector<Positional> readUsage(std::string_view usage) {
    std::vector<Positional> out;
    for (const std::string_view word : split(usage, ' ')) {
        if (!word.empty()) {
            out.push_back({readPlaceholder(word), word.find("...") != std::string_view::npos});
        }
    }
    return out;
}

} // namespace cirque::cli
