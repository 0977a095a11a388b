// SPDX-License-Identifier: Apache-2.0
#include "event/journal/journal.hh"

#include "event/types/json.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <type_traits>

namespace cirque::event {
namespace {

constexpr std::size_t blockBytes = 256u << 10u;
constexpr std::size_t longestRecord = 256u << 20u;

bool isTerminal(const Event& event) {
    const auto* job = std::get_if<JobFinished>(&event.body);
    return std::holds_alternative<RunFinished>(event.body) || (job != nullptr && !job->outcome.ok());
}

Result<io::UniqueFd> openJournal(const std::string& path) {
    io::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file) {
        return fail(systemError(errno, "open the journal", path));
    }
    return file;
}

// Takes complete lines off the front of `buffer`. False: `fn` wants no more.
Result<bool> takeLines(std::string& buffer, std::size_t searched, std::int64_t& lineNumber,
                       const std::string& path, const std::function<bool(const Event&)>& fn) {
    std::size_t start = 0;
    std::size_t from = searched;
    while (true) {
        const std::size_t end = buffer.find('\n', from);
        if (end == std::string::npos) {
            buffer.erase(0, start);
            return true;
        }
        ++lineNumber;
        auto event = parseEvent(std::string_view(buffer).substr(start, end - start));
        if (!event) {
            Error error = std::move(event).error();
            error.message =
                fmt::format("line {} of the journal {} is broken: {}", lineNumber, path, error.message);
            error.hint = error.hint.empty() ? "what stands before that line is still true" : error.hint;
            return fail(std::move(error));
        }
        if (*event && !fn(**event)) {
            return false;
        }
        start = end + 1;
        from = start;
    }
}

} // namespace

Result<JournalWriter> JournalWriter::create(const std::string& path) {
    JournalWriter writer;
    writer.path_ = path;
    writer.file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644));
    if (!writer.file_) {
        return fail(systemError(errno, "create the journal", path));
    }
    return writer;
}

Result<void> JournalWriter::append(std::span<const Event> events) {
    if (events.empty()) {
        return {};
    }
    if (torn_ && ::ftruncate(file_.get(), size_) != 0) {
        return fail(systemError(errno, "cut the torn end off the journal", path_));
    }
    torn_ = true;
    buffer_.clear();
    bool terminal = false;
    for (const Event& event : events) {
        appendLine(buffer_, event);
        terminal = terminal || isTerminal(event);
    }
    CIRQUE_TRY(io::writeAll(file_.get(), buffer_, path_));
    torn_ = false;
    size_ += static_cast<std::int64_t>(buffer_.size());
    if (terminal && ::fdatasync(file_.get()) != 0) {
        return fail(systemError(errno, "save to disk", path_));
    }
    return {};
}

Result<void> readJournal(const std::string& path, const std::function<bool(const Event&)>& fn) {
    CIRQUE_TRY_ASSIGN(const io::UniqueFd file, openJournal(path));
    std::string buffer;
    std::int64_t lineNumber = 0;
    while (true) {
        const std::size_t held = buffer.size();
        if (held > longestRecord) {
            return fail(ErrorCode::Corrupt,
                        fmt::format("line {} of the journal {} is broken: longer than {} MiB", lineNumber + 1,
                                    path, longestRecord >> 20U));
        }
        buffer.resize(held + blockBytes);
        const ssize_t got = ::read(file.get(), buffer.data() + held, blockBytes);
        buffer.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(systemError(errno, "read the journal", path));
        }
        if (got == 0) {
            return {};
        }
        CIRQUE_TRY_ASSIGN(const bool more, takeLines(buffer, held, lineNumber, path, fn));
        if (!more) {
            return {};
        }
    }
}

} // namespace cirque::event
