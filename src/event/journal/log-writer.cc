// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hh"
#include "event/journal/log-file.hh"
#include "event/journal/log-index.hh"

#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace cirque::event {
namespace {

// A new record when the last one is this far behind: what a reader scans at most, and what the index may
// cost.
constexpr std::int64_t farBytes = 64 << 10;
constexpr std::int64_t nearBytes = 512;
constexpr std::uint32_t farMillis = 50;

Result<io::UniqueFd> createFile(const std::string& path) {
    io::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644));
    if (!file) {
        return fail(systemError(errno, "create the log", path));
    }
    return file;
}

} // namespace

std::string logBase(int jobNumber, const TryRef& ref) {
    if (const auto service = ref.service()) {
        return fmt::format("logs/{}/{}-service-{}-{}", jobNumber, ref.attempt, *service, ref.tryNumber);
    }
    if (ref.step < 0) {
        return fmt::format("logs/{}/{}-setup-{}", jobNumber, ref.attempt, ref.tryNumber);
    }
    return fmt::format("logs/{}/{}-{}-{}", jobNumber, ref.attempt, ref.step, ref.tryNumber);
}

void JobNumbers::add(const JobsAdded& added) {
    for (const JobInfo& job : added.jobs) {
        numbers_.try_emplace(job.name, static_cast<int>(numbers_.size()) + 1);
    }
}

int JobNumbers::of(const std::string& job) const {
    const auto found = numbers_.find(job);
    return found == numbers_.end() ? 0 : found->second;
}

Result<LogWriter> LogWriter::create(const std::string& basePath, MonoTime start) {
    LogWriter writer;
    writer.path_ = basePath;
    writer.start_ = start;
    CIRQUE_TRY_ASSIGN(writer.log_, createFile(basePath + ".log"));
    return writer;
}

Result<void> LogWriter::append(std::string_view bytes, MonoTime now) {
    CIRQUE_ASSERT(log_, "append after finish");
    if (bytes.empty()) {
        return {};
    }
    CIRQUE_TRY(io::writeAll(log_.get(), bytes, path_ + ".log"));
    const auto since =
        std::clamp<std::int64_t>((now - start_).count(), at_, std::numeric_limits<std::uint32_t>::max());
    at_ = static_cast<std::uint32_t>(since);
    index(bytes);
    // records are rare, so they need no buffer that a crash could lose
    return writeIndex();
}

void LogWriter::markLate() {
    late_ = true;
}

bool LogWriter::wantsRecord() const {
    const std::int64_t grown = bytes_ - recordOffset_;
    return recordOffset_ < 0 || late_ != recordLate_ || grown >= farBytes || at_ >= recordAt_ + farMillis ||
           (at_ > recordAt_ && grown >= nearBytes);
}

void LogWriter::putRecord(bool continues) {
    const unsigned flags = (late_ ? flagLate : 0U) | (continues ? flagContinues : 0U);
    appendRecord(indexBuffer_,
                 {static_cast<std::uint64_t>(bytes_), flags, static_cast<std::uint64_t>(lines_), at_});
    recordOffset_ = bytes_;
    recordAt_ = at_;
    recordLate_ = late_;
}

// Walks the bytes in blocks that hold no more than one split, and puts a record where one is due and a line
// begins.
void LogWriter::index(std::string_view bytes) {
    if (late_ && !recordLate_ && lineLength_ > 0) {
        lineLength_ = 0; // the rest of the line is another's: it becomes a line of its own
        putRecord(true);
    }
    while (!bytes.empty()) {
        std::size_t take = std::min(bytes.size(), maxLineBytes);
        if (wantsRecord()) {
            if (lineLength_ == 0) {
                putRecord(false);
            } else {
                // up to the next place where a line begins
                const std::size_t newline = bytes.substr(0, take).find('\n');
                take = newline == std::string_view::npos ? take : newline + 1;
            }
        }
        consume(bytes.substr(0, take));
        bytes.remove_prefix(take);
    }
}

void LogWriter::consume(std::string_view block) {
    const std::size_t first = std::min(block.find('\n'), block.size());
    if (lineLength_ + first > maxLineBytes) {
        const std::size_t fits = maxLineBytes - lineLength_;
        bytes_ += static_cast<std::int64_t>(fits);
        block.remove_prefix(fits);
        lineLength_ = 0;
        if (wantsRecord()) {
            putRecord(true);
        }
    }
    if (block.empty()) {
        return;
    }
    const std::int64_t newlines = std::ranges::count(block, '\n');
    lines_ += newlines;
    if (newlines == 0) {
        lines_ += lineLength_ == 0 ? 1 : 0;
        lineLength_ += block.size();
    } else {
        const std::size_t rest = block.size() - block.rfind('\n') - 1;
        lines_ += (lineLength_ > 0 ? -1 : 0) + (rest > 0 ? 1 : 0);
        lineLength_ = rest;
    }
    bytes_ += static_cast<std::int64_t>(block.size());
}

Result<void> LogWriter::writeIndex() {
    if (indexBuffer_.empty()) {
        return {};
    }
    if (!index_) { // a log without a byte has none
        CIRQUE_TRY_ASSIGN(index_, createFile(path_ + ".idx"));
        indexBuffer_.insert(0, indexHeader);
    }
    CIRQUE_TRY(io::writeAll(index_.get(), indexBuffer_, path_ + ".idx"));
    indexBuffer_.clear();
    return {};
}

Result<void> LogWriter::finish() {
    if (bytes_ == 0) {
        log_.reset();
        return {};
    }
    appendRecord(indexBuffer_, {static_cast<std::uint64_t>(bytes_), flagEnd | (late_ ? flagLate : 0U),
                                static_cast<std::uint64_t>(lines_), at_});
    CIRQUE_TRY(writeIndex());
    log_.reset();
    index_.reset();
    return {};
}

} // namespace cirque::event
