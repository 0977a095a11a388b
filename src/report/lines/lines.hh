// SPDX-License-Identifier: Apache-2.0
// A run as a stream of log records, for machines and for eyes that are used to NixActions: one line each, as
// `structured` ("[time] [workflow:W] [job:J] [action:A] message (k: v)"), `simple` ("✓ step message") or
// `json` (an object). docs/guide/terminal.md describes the three.
#pragma once

#include "event/bus/listener.hh"
#include "event/types/lines.hh"
#include "report/model/model.hh"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::report {

enum class LineFormat { Structured, Simple, Json };

// "structured", "simple", "json".
std::optional<LineFormat> parseLineFormat(std::string_view name);

struct LineRecord {
    WallTime time;
    std::string workflow;
    std::string job;
    std::string action;     // the step
    std::string_view event; // ▶ → ✓ ✗ ⊘ ⏱, or nothing
    std::string message;
    bool output = false; // the message is a line that the step printed
    std::vector<std::pair<std::string, std::string>> details;
};

// Appends the record as one line.
void appendRecord(std::string& out, const LineRecord& record, LineFormat format);

class LineListener : public event::Listener {
  public:
    // `sink` takes whole lines and must not throw.
    LineListener(std::function<void(std::string_view)> sink, LineFormat format)
        : sink_(std::move(sink)), format_(format) {}

    void onEvent(const event::Event& event) override;
    void onLog(const TryRef& ref, std::string_view bytes) override;

  private:
    void output(const TryRef& ref, std::string_view line);
    void finish(const TryRef& ref);
    void finishJob(const std::string& job);
    void flush();

    std::function<void(std::string_view)> sink_;
    LineFormat format_;
    RunModel model_;
    std::map<TryRef, event::LineSplitter> splitters_;
    std::string out_;
};

} // namespace cirque::report
