// SPDX-License-Identifier: Apache-2.0
// One try's output on its way to the reader: prefix, line by line.
#pragma once

#include "base/time.hh"
#include "event/types/lines.hh"

#include <optional>
#include <string>
#include <string_view>

namespace cirque::report {

class Stream {
  public:
    // `prefix` stands before each line.
    Stream(std::string prefix, bool colour) : prefix_(std::move(prefix)), colour_(colour) {}

    // Appends the complete lines to `out`. No allocation per line. False: there was none.
    bool feed(std::string& out, std::string_view bytes);
    // Appends the unfinished last line.
    void finish(std::string& out);

    // For the heartbeat: set by the listener.
    std::optional<MonoTime> started;
    MonoTime lastOutput;
    std::optional<MonoTime> lastBeat;
    bool spoke = false; // since the last tick

  private:
    void line(std::string& out, std::string_view text, event::LineEnd end) const;

    std::string prefix_;
    bool colour_;
    event::LineSplitter splitter_;
};

} // namespace cirque::report
