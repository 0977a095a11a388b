// SPDX-License-Identifier: Apache-2.0
#include "event/journal/follow.hh"

#include "event/types/json.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cirque::event {
namespace {

constexpr std::size_t blockBytes = 256u << 10u;
constexpr std::size_t longestRecord = 256u << 20u;
constexpr int openFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

// The file when it is there; it may come later.
Result<void> openLate(io::UniqueFd& file, const std::string& path) {
    if (file) {
        return {};
    }
    file.reset(::open(path.c_str(), openFlags));
    return file || errno == ENOENT ? Result<void>() : fail(systemError(errno, "open", path));
}

Result<std::size_t> readAt(int fd, std::int64_t offset, std::string& into, std::size_t count) {
    into.resize(count);
    ssize_t got = 0;
    do {
        got = ::pread(fd, into.data(), count, offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return fail(systemError(errno, "read", "a file of the run"));
    }
    into.resize(static_cast<std::size_t>(got));
    return into.size();
}

} // namespace

Result<bool> Follower::poll() {
    CIRQUE_TRY_ASSIGN(const bool events, pollEvents());
    if (events || ended_) {
        return events;
    }
    return pollLogs();
}

Result<bool> Follower::pollEvents() {
    CIRQUE_TRY(openLate(journal_, folder_ + "/journal.jsonl"));
    if (!journal_ || ended_) {
        return false;
    }
    // always from the last whole line on: a torn end may be cut off and written again
    std::string text;
    for (std::size_t size = blockBytes;; size *= 2) {
        CIRQUE_TRY_ASSIGN(const std::size_t got, readAt(journal_.get(), consumed_, text, size));
        if (text.find('\n') != std::string::npos) {
            break;
        }
        if (got < size) {
            return false;
        }
        if (size > longestRecord) {
            return fail(ErrorCode::Corrupt,
                        fmt::format("line {} of the journal in {} never ends", line_ + 1, folder_));
        }
    }
    std::string_view rest = text;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos && !ended_; end = rest.find('\n')) {
        ++line_;
        auto event = parseEvent(rest.substr(0, end));
        if (!event) {
            return fail(
                std::move(event.error())
                    .within(fmt::format("while reading line {} of the journal in {}", line_, folder_)));
        }
        consumed_ += static_cast<std::int64_t>(end) + 1;
        rest.remove_prefix(end + 1);
        if (*event) {
            CIRQUE_TRY(tell(**event));
        }
    }
    return true;
}

// What came since the last progress event, of the tries that are under way.
Result<bool> Follower::pollLogs() {
    bool news = false;
    for (auto& [ref, one] : tries_) {
        if (one.open) {
            CIRQUE_TRY_ASSIGN(const bool more, tellLog(ref, one, -1));
            news = news || more;
        }
    }
    return news;
}

Result<void> Follower::tell(const Event& event) {
    if (const auto* added = std::get_if<JobsAdded>(&event.body)) {
        numbers_.add(*added);
    } else if (const auto* step = std::get_if<StepStarted>(&event.body)) {
        tries_.try_emplace(step->ref);
    } else if (const auto* service = std::get_if<ServiceStarted>(&event.body)) {
        tries_.try_emplace(service->ref);
    } else if (const auto* stopped = std::get_if<ServiceStopped>(&event.body)) {
        close(stopped->ref);
    } else if (const auto* progress = std::get_if<LogProgress>(&event.body)) {
        CIRQUE_TRY(tellLog(progress->ref, tries_[progress->ref], progress->bytes));
    } else if (const auto* finished = std::get_if<StepFinished>(&event.body)) {
        close(finished->ref);
    } else if (const auto* retrying = std::get_if<StepRetrying>(&event.body)) {
        close(retrying->ref);
    } else if (const auto* again = std::get_if<JobRetrying>(&event.body)) {
        CIRQUE_TRY(endJob(again->job));
    } else if (const auto* job = std::get_if<JobFinished>(&event.body)) {
        CIRQUE_TRY(endJob(job->job));
    }
    sink_.event(event);
    ended_ = std::holds_alternative<RunFinished>(event.body);
    return {};
}

Result<bool> Follower::tellLog(const TryRef& ref, Try& one, std::int64_t end) {
    const int number = numbers_.of(ref.job);
    if (number == 0) {
        return false;
    }
    CIRQUE_TRY(openLate(one.file, fmt::format("{}/{}.log", folder_, logBase(number, ref))));
    bool news = false;
    while (one.file && (end < 0 || one.told < end)) {
        const auto wanted = end < 0 ? blockBytes
                                    : static_cast<std::size_t>(std::min<std::int64_t>(
                                          end - one.told, static_cast<std::int64_t>(blockBytes)));
        CIRQUE_TRY_ASSIGN(const std::size_t got, readAt(one.file.get(), one.told, block_, wanted));
        if (got == 0) {
            break;
        }
        one.told += static_cast<std::int64_t>(got);
        news = true;
        sink_.log(ref, block_);
    }
    return news;
}

// Its daemons have ended too, so its logs are whole.
Result<void> Follower::endJob(const std::string& job) {
    auto at = tries_.lower_bound(TryRef{job, 0, -1, 0});
    while (at != tries_.end() && at->first.job == job) {
        CIRQUE_TRY(tellLog(at->first, at->second, -1));
        at = tries_.erase(at);
    }
    return {};
}

// What a daemon still writes is told at the end of the job; a job of many steps does not hold as many files.
void Follower::close(const TryRef& ref) {
    if (const auto found = tries_.find(ref); found != tries_.end()) {
        found->second.open = false;
        found->second.file.reset();
    }
}

} // namespace cirque::event
