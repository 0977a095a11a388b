// SPDX-License-Identifier: Apache-2.0
#include "event/types/json-text.hh"
#include "report/lines/lines.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::report {
namespace {

constexpr std::array<std::pair<std::string_view, LineFormat>, 3> names{
    {{"structured", LineFormat::Structured}, {"simple", LineFormat::Simple}, {"json", LineFormat::Json}}};

// "2026-11-20T22:53:56.780Z"
std::string milliseconds(WallTime time) {
    constexpr std::size_t length = 23;
    return toIso8601(time).substr(0, length) + "Z";
}

void appendDetails(std::string& out, const LineRecord& record) {
    for (std::size_t i = 0; i < record.details.size(); ++i) {
        out += fmt::format("{}{}: {}", i == 0 ? " (" : ", ", record.details[i].first,
                           shown(record.details[i].second));
    }
    out += record.details.empty() ? "" : ")";
}

void appendStructured(std::string& out, const LineRecord& record) {
    out += fmt::format("[{}] [workflow:{}]", milliseconds(record.time), shown(record.workflow));
    out += record.job.empty() ? "" : fmt::format(" [job:{}]", shown(record.job));
    out += record.action.empty() ? "" : fmt::format(" [action:{}]", shown(record.action));
    out += ' ';
    appendShown(out, record.message, false);
    appendDetails(out, record);
}

void appendSimple(std::string& out, const LineRecord& record) {
    if (!record.output && !record.action.empty() && !record.event.empty()) {
        out += fmt::format("{} {} ", record.event, shown(record.action));
    }
    appendShown(out, record.message, false);
    appendDetails(out, record);
}

void appendJson(std::string& out, const LineRecord& record) {
    out += fmt::format(R"({{"time":"{}",)", milliseconds(record.time));
    event::appendTextField(out, "workflow", record.workflow);
    const auto field = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) {
            event::appendTextField(out += ',', name, value);
        }
    };
    field("job", record.job);
    field("action", record.action);
    field("event", record.output ? std::string_view("output") : record.event);
    event::appendTextField(out += ',', "message", record.message);
    for (std::size_t i = 0; i < record.details.size(); ++i) {
        out += i == 0 ? R"(,"details":{)" : ",";
        event::appendTextField(out, record.details[i].first, record.details[i].second);
    }
    out += record.details.empty() ? "}" : "}}";
}

} // namespace

std::optional<LineFormat> parseLineFormat(std::string_view name) {
    const auto found = std::ranges::find(names, name, &std::pair<std::string_view, LineFormat>::first);
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

void appendRecord(std::string& out, const LineRecord& record, LineFormat format) {
    switch (format) {
    case LineFormat::Structured:
        appendStructured(out, record);
        break;
    case LineFormat::Simple:
        appendSimple(out, record);
        break;
    case LineFormat::Json:
        appendJson(out, record);
        break;
    }
    out += '\n';
}

} // namespace cirque::report
