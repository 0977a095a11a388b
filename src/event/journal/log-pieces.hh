// SPDX-License-Identifier: Apache-2.0
// The lines of a log file from some offset on, through one buffer. Internal to event/journal.
#pragma once

#include "base/result.hh"
#include "event/types/lines.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::event {

struct Piece {
    std::string_view text; // until the next call
    LineEnd end = LineEnd::Newline;
    std::int64_t bytes = 0; // in the file, newline included
};

class LogPieces {
  public:
    // Reads up to `end`. `path` is for messages. The descriptor stays the caller's.
    LogPieces(int fd, std::int64_t end, const std::string& path) : fd_(fd), end_(end), path_(path) {}

    // The line that begins at `offset`; no line goes beyond `boundary` (a line is split there). nullopt at
    // the end.
    Result<std::optional<Piece>> at(std::int64_t offset, std::int64_t boundary);

  private:
    Result<std::string_view> window(std::int64_t offset, std::int64_t want);

    int fd_;
    std::int64_t end_;
    const std::string& path_;
    std::string buffer_;
    std::int64_t start_ = 0; // offset of the buffer's first byte
};

} // namespace cirque::event
