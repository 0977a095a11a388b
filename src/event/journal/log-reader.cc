// SPDX-License-Identifier: Apache-2.0
#include "event/journal/log-file.hh"
#include "event/journal/log-index.hh"
#include "event/journal/log-pieces.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace cirque::event {
namespace {

constexpr int openFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

constexpr std::int64_t scanBytes = 64 << 10;
constexpr std::int64_t cachedRecords = 256;
constexpr std::int64_t endOfTime = std::numeric_limits<std::int64_t>::max();

// As many of `count` bytes as there are.
Result<std::string> readAt(int fd, std::int64_t offset, std::size_t count, const std::string& path) {
    std::string out(count, '\0');
    ssize_t got = 0;
    do {
        got = ::pread(fd, out.data(), count, offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return fail(systemError(errno, "read", path));
    }
    out.resize(static_cast<std::size_t>(got));
    return out;
}

} // namespace

Result<LogReader> LogReader::open(const std::string& basePath) {
    LogReader reader;
    reader.path_ = basePath;
    reader.log_.reset(::open((basePath + ".log").c_str(), openFlags));
    if (!reader.log_) {
        return fail(systemError(errno, "open the log", basePath + ".log"));
    }
    reader.index_.reset(::open((basePath + ".idx").c_str(), openFlags));
    reader.scanned_ = !reader.index_;
    return reader;
}

Result<LogReader::Extent> LogReader::extent() {
    if (!index_) { // a log that had no byte yet when it was opened
        index_.reset(::open((path_ + ".idx").c_str(), openFlags));
        scanned_ = scanned_ && !index_;
    }
    // The index first: its records are written after the bytes they tell of.
    Extent out;
    struct stat status{};
    if (index_) {
        if (::fstat(index_.get(), &status) != 0) {
            return fail(systemError(errno, "look at", path_ + ".idx"));
        }
        out.records =
            std::max<std::int64_t>(status.st_size / static_cast<std::int64_t>(indexRecordBytes) - 1, 0);
        CIRQUE_TRY_ASSIGN(const std::string header,
                          readAt(index_.get(), 0, indexHeader.size(), path_ + ".idx"));
        scanned_ = scanned_ || (header != indexHeader && !header.empty());
    }
    if (::fstat(log_.get(), &status) != 0) {
        return fail(systemError(errno, "look at", path_ + ".log"));
    }
    out.bytes = status.st_size;
    if (scanned_) {
        CIRQUE_TRY(scan(out.bytes));
        out.records = static_cast<std::int64_t>(records_.size());
        return out;
    }
    if (out.records > 0) {
        const auto last = static_cast<std::int64_t>(indexRecordBytes) * out.records;
        CIRQUE_TRY_ASSIGN(const std::string bytes,
                          readAt(index_.get(), last, indexRecordBytes, path_ + ".idx"));
        const bool ended = bytes.size() == indexRecordBytes && (parseRecord(bytes).flags & flagEnd) != 0;
        out.records -= ended ? 1 : 0;
    }
    return out;
}

Result<void> LogReader::scan(std::int64_t bytes) {
    scanned_ = true;
    if (scannedBytes_ == bytes) {
        return {};
    }
    records_.clear();
    LogPieces pieces(log_.get(), bytes, path_);
    bool continues = false;
    std::int64_t offset = 0;
    for (std::int64_t line = 0;; ++line) {
        CIRQUE_TRY_ASSIGN(const auto piece, pieces.at(offset, endOfTime));
        if (!piece) {
            break;
        }
        if (records_.empty() || offset - records_.back().offset >= scanBytes) {
            records_.push_back({offset, line, 0, false, continues});
        }
        continues = piece->end == LineEnd::Split;
        offset += piece->bytes;
    }
    scannedBytes_ = bytes;
    return {};
}

Result<std::optional<LogReader::Record>> LogReader::record(std::int64_t number, Extent extent) {
    if (number < 0 || number >= extent.records) {
        return std::optional<Record>();
    }
    if (scanned_) {
        return std::optional(records_[static_cast<std::size_t>(number)]);
    }
    constexpr auto size = static_cast<std::int64_t>(indexRecordBytes);
    const auto cached = static_cast<std::int64_t>(cache_.size()) / size;
    if (number < cacheFirst_ || number >= cacheFirst_ + cached) {
        CIRQUE_TRY_ASSIGN(cache_, readAt(index_.get(), (number + 1) * size, cachedRecords * indexRecordBytes,
                                         path_ + ".idx"));
        cacheFirst_ = number;
        if (cache_.size() < indexRecordBytes) {
            cache_.clear();
            return std::optional<Record>();
        }
    }
    const IndexRecord read = parseRecord(std::string_view(cache_).substr(
        static_cast<std::size_t>((number - cacheFirst_) * size), indexRecordBytes));
    Record out;
    out.offset = static_cast<std::int64_t>(read.offset);
    out.line = static_cast<std::int64_t>(read.line);
    out.at = read.millis;
    out.late = (read.flags & flagLate) != 0;
    out.continues = (read.flags & flagContinues) != 0;
    const bool possible = out.offset < extent.bytes && out.line <= out.offset && (read.flags >> 2U) == 0 &&
                          (number == 0 ? out.offset == 0 && out.line == 0 : out.offset > 0 && out.line > 0);
    return possible ? std::optional(out) : std::nullopt;
}

Result<bool> LogReader::beginsLine(const Record& record) const {
    if (record.offset == 0 || record.continues) {
        return true;
    }
    CIRQUE_TRY_ASSIGN(const std::string before, readAt(log_.get(), record.offset - 1, 1, path_ + ".log"));
    return before == "\n";
}

// nullopt: the index is broken, or there is no record at all.
Result<std::optional<std::int64_t>> LogReader::recordBefore(std::int64_t line, Extent extent) {
    std::int64_t low = 0;
    std::int64_t high = extent.records;
    CIRQUE_TRY_ASSIGN(auto best, record(0, extent));
    while (best && high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        CIRQUE_TRY_ASSIGN(const auto found, record(middle, extent));
        if (!found || found->offset <= best->offset || found->line <= best->line) {
            return std::optional<std::int64_t>();
        }
        if (found->line <= line) {
            low = middle;
            best = found;
        } else {
            high = middle;
        }
    }
    if (!best) {
        return std::optional<std::int64_t>();
    }
    CIRQUE_TRY_ASSIGN(const bool good, beginsLine(*best));
    return good ? std::optional(low) : std::nullopt;
}

Result<void> LogReader::walk(std::int64_t number, Extent extent, const LineFn& fn) {
    CIRQUE_TRY_ASSIGN(auto current, record(number, extent));
    CIRQUE_TRY_ASSIGN(auto next, record(number + 1, extent));
    LogPieces pieces(log_.get(), extent.bytes, path_);
    std::int64_t offset = current->offset;
    for (std::int64_t line = current->line;; ++line) {
        if (next && next->offset <= offset) {
            if (next->offset < offset || next->line != line) {
                extent.records = 0; // the index leads astray from here on: go by the newlines alone
            }
            current = next;
            CIRQUE_TRY_ASSIGN(next, record(++number + 1, extent));
        }
        CIRQUE_TRY_ASSIGN(const auto piece, pieces.at(offset, next ? next->offset : endOfTime));
        if (!piece) {
            return {};
        }
        LogLine mark;
        mark.at = Millis(current->at);
        mark.split = piece->end == LineEnd::Split;
        mark.late = current->late;
        mark.newline = piece->end == LineEnd::Newline;
        if (!fn(line, piece->text, std::move(mark))) {
            return {};
        }
        offset += piece->bytes;
    }
}

Result<void> LogReader::walkFrom(std::int64_t line, const LineFn& fn) {
    CIRQUE_TRY_ASSIGN(Extent known, extent());
    if (known.bytes == 0) {
        return {};
    }
    CIRQUE_TRY_ASSIGN(auto start, recordBefore(line, known));
    if (!start) {
        CIRQUE_TRY(scan(known.bytes));
        known.records = static_cast<std::int64_t>(records_.size());
        CIRQUE_TRY_ASSIGN(start, recordBefore(line, known));
    }
    return start ? walk(*start, known, fn) : Result<void>();
}

Result<std::vector<LogLine>> LogReader::lines(std::int64_t first, std::int64_t count) {
    std::vector<LogLine> out;
    const LineFn take = [&](std::int64_t number, std::string_view text, LogLine mark) {
        if (number >= first) {
            mark.text = text;
            out.push_back(std::move(mark));
        }
        return static_cast<std::int64_t>(out.size()) < count;
    };
    if (first >= 0 && count > 0) {
        CIRQUE_TRY(walkFrom(first, take));
    }
    return out;
}

Result<std::vector<LogLine>> LogReader::last(std::int64_t count) {
    CIRQUE_TRY_ASSIGN(const std::int64_t total, lineCount());
    return lines(std::max<std::int64_t>(total - count, 0), std::min(count, total));
}

Result<std::int64_t> LogReader::lineCount() {
    std::int64_t count = 0;
    const LineFn counting = [&](std::int64_t number, std::string_view, const LogLine&) {
        count = number + 1;
        return true;
    };
    CIRQUE_TRY(walkFrom(endOfTime, counting));
    return count;
}

} // namespace cirque::event
