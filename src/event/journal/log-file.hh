// SPDX-License-Identifier: Apache-2.0
// The log of one try: <base>.log holds the bytes as they came, <base>.idx where each line starts and when it came.
// Splits of long lines and marks (bytes of daemons after the step's end) are in the index only.
#pragma once

#include "base/ids.hh"
#include "base/result.hh"
#include "base/time.hh"
#include "io/process/fd.hh"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::event {

inline constexpr std::size_t maxLineBytes = 64u << 10u;

// Where the files of a try are below a run's folder: "logs/<job folder>/<attempt>-<step>-<try>". The job folder is the
// job's number in the order it entered the plan.
std::string logBase(int jobNumber, const TryRef& ref);

// Flat memory whatever the log's size: lines are found block by block, the index is buffered and written through.
class LogWriter {
  public:
    static Result<LogWriter> create(const std::string& basePath);

    LogWriter(LogWriter&&) noexcept = default;
    LogWriter& operator=(LogWriter&&) noexcept = default;
    ~LogWriter() = default;

    // Appends bytes that arrived at `now` (milliseconds since the try began are indexed). Blocks. DiskFull is told.
    Result<void> append(std::string_view bytes, MonoTime now);

    // Everything appended from here on came after the step's end (daemons it left).
    void markLate();

    // Writes the rest of the index. Call once; append after it is a bug.
    Result<void> finish();

    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

    [[nodiscard]] std::int64_t lines() const { return lines_; } // a last line without newline counts

  private:
    LogWriter() = default;
    void indexBlock(std::string_view bytes, MonoTime now);
    io::UniqueFd log_;
    io::UniqueFd index_;
    std::string path_;
    std::string indexBuffer_;
    MonoTime start_;
    std::int64_t bytes_ = 0;
    std::int64_t lines_ = 0;
    std::size_t lineLength_ = 0; // bytes of the unfinished line so far
    bool late_ = false;
};

struct LogLine {
    std::string text; // without its newline; at most maxLineBytes
    Millis at{0};     // since the try began
    bool split = false; // goes on in the next LogLine
    bool late = false;  // came after the step's end
    bool newline = true; // false: the log ends without one
};

class LogReader {
  public:
    static Result<LogReader> open(const std::string& basePath);
    // Lines [first, first+count), fewer at the end. Works on a log that is being written.
    Result<std::vector<LogLine>> lines(std::int64_t first, std::int64_t count);
    // The last `count` lines.
    Result<std::vector<LogLine>> last(std::int64_t count);
    [[nodiscard]] Result<std::int64_t> lineCount();

  private:
    LogReader() = default;
    io::UniqueFd log_;
    io::UniqueFd index_;
    std::string path_;
};

} // namespace cirque::event
