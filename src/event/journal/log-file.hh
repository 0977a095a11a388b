// SPDX-License-Identifier: Apache-2.0
// The log of one try: <base>.log holds the bytes as they came, <base>.idx where each line starts and when it
// came. Splits of long lines and marks (bytes of daemons after the step's end) are in the index only.
#pragma once

#include "base/ids.hh"
#include "base/result.hh"
#include "base/time.hh"
#include "event/types/event.hh"
#include "event/types/lines.hh"
#include "io/process/fd.hh"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cirque::event {

// Where the files of a try are below a run's folder: "logs/<job folder>/<attempt>-<step>-<try>" (for step -1:
// "<attempt>-setup-<try>", for a service "<attempt>-service-<its position>-<try>"). The job folder is the
// job's number in the order it entered the plan, from 1.
std::string logBase(int jobNumber, const TryRef& ref);

// Those numbers, from the jobs.added events: the writer of logs and their readers count alike.
class JobNumbers {
  public:
    void add(const JobsAdded& added);
    // 0: no such job.
    [[nodiscard]] int of(const std::string& job) const;

  private:
    std::unordered_map<std::string, int> numbers_;
};

// Flat memory whatever the log's size: lines are found block by block, the index is buffered and written
// through.
class LogWriter {
  public:
    // Makes the log (O_EXCL) in a folder that exists; the index comes with the first byte. `start`: when the
    // try began.
    static Result<LogWriter> create(const std::string& basePath, MonoTime start = monoNow());

    LogWriter(LogWriter&&) noexcept = default;
    LogWriter& operator=(LogWriter&&) noexcept = default;
    ~LogWriter() = default;

    // Appends bytes that arrived at `now` (milliseconds since the try began are indexed). Blocks. DiskFull is
    // told.
    Result<void> append(std::string_view bytes, MonoTime now);

    // Everything appended from here on came after the step's end (daemons it left).
    void markLate();

    // Writes the rest of the index. Call once; append after it is a bug.
    Result<void> finish();

    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

    [[nodiscard]] std::int64_t lines() const { return lines_; } // a last line without newline counts

  private:
    LogWriter() = default;
    void index(std::string_view bytes);
    void consume(std::string_view block);
    [[nodiscard]] bool wantsRecord() const;
    void putRecord(bool continues);
    Result<void> writeIndex();

    io::UniqueFd log_;
    io::UniqueFd index_;
    std::string path_;
    std::string indexBuffer_; // records of this append
    MonoTime start_;
    std::int64_t bytes_ = 0;
    std::int64_t lines_ = 0;
    std::size_t lineLength_ = 0; // bytes of the unfinished line so far
    std::uint32_t at_ = 0;       // milliseconds of this append
    std::uint32_t recordAt_ = 0; // and of the last record
    std::int64_t recordOffset_ = -1;
    bool late_ = false;
    bool recordLate_ = false;
};

struct LogLine {
    std::string text;    // without its newline; at most maxLineBytes
    Millis at{0};        // since the try began
    bool split = false;  // goes on in the next LogLine
    bool late = false;   // came after the step's end
    bool newline = true; // false: the log ends without one
};

// Finds lines by the index: reads the log only near them. When the index is missing, torn or does not fit the
// log, the log is scanned once instead (then times are 0 and marks are lost). Everything blocks.
class LogReader {
  public:
    // NotFound when there is no log.
    static Result<LogReader> open(const std::string& basePath);
    // Lines [first, first+count), counted from 0, fewer at the end. Works on a log that is being written.
    Result<std::vector<LogLine>> lines(std::int64_t first, std::int64_t count);
    // The last `count` lines.
    Result<std::vector<LogLine>> last(std::int64_t count);
    [[nodiscard]] Result<std::int64_t> lineCount();

  private:
    struct Record {
        std::int64_t offset = 0;
        std::int64_t line = 0;
        std::uint32_t at = 0;
        bool late = false;
        bool continues = false; // begins in the middle of a line that was split
    };

    // What is known of both files when a call begins: a writer may go on meanwhile.
    struct Extent {
        std::int64_t bytes = 0;
        std::int64_t records = 0;
    };

    using LineFn = std::function<bool(std::int64_t number, std::string_view text, LogLine mark)>;

    LogReader() = default;
    // Calls `fn` for the lines from the last record before `line` on, until it returns false.
    Result<void> walkFrom(std::int64_t line, const LineFn& fn);
    Result<void> walk(std::int64_t number, Extent extent, const LineFn& fn);
    Result<Extent> extent();
    Result<void> scan(std::int64_t bytes);
    // nullopt: not there, or not what an index holds.
    Result<std::optional<Record>> record(std::int64_t number, Extent extent);
    Result<std::optional<std::int64_t>> recordBefore(std::int64_t line, Extent extent);
    Result<bool> beginsLine(const Record& record) const;

    io::UniqueFd log_;
    io::UniqueFd index_;
    std::string path_;
    std::string cache_; // some records of the index
    std::int64_t cacheFirst_ = 0;
    bool scanned_ = false;        // the index is not to be used
    std::vector<Record> records_; // then: one for each 64 KiB or so
    std::int64_t scannedBytes_ = 0;
};

} // namespace cirque::event
