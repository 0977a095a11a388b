// SPDX-License-Identifier: Apache-2.0
// The JSON listener: every event as its journal line, and between them the lines of the logs as records
// {v, run, type: "log.line", job, step, attempt, try, n, text | text64, split?} (docs/reference/json.md).
#pragma once

#include "event/bus/listener.hh"
#include "event/types/lines.hh"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cirque::report {

class JsonListener : public event::Listener {
  public:
    // `sink` takes whole lines and must not throw.
    explicit JsonListener(std::function<void(std::string_view)> sink) : sink_(std::move(sink)) {}

    void onEvent(const event::Event& event) override;
    void onLog(const TryRef& ref, std::string_view bytes) override;

  private:
    struct Log {
        std::string head; // everything up to the line's number
        event::LineSplitter splitter;
        std::int64_t lines = 0;
    };

    Log& log(const TryRef& ref);
    void line(Log& log, std::string_view text, event::LineEnd end);
    void finish(const TryRef& ref);
    void finishJob(const std::string& job);
    void flush();

    std::function<void(std::string_view)> sink_;
    std::string out_;
    std::string run_;
    std::map<TryRef, Log> logs_; // until their job ends, so that late lines go on counting
};

} // namespace cirque::report
