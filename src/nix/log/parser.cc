// SPDX-License-Identifier: Apache-2.0
#include "nix/log/parser.hh"

#include <algorithm>
#include <cstring>

namespace cirque::nix {
namespace {

constexpr std::string_view mark = "@nix ";

std::uint64_t number(ActivityType type) {
    return static_cast<std::uint64_t>(type);
}

bool is(std::uint64_t type, ActivityType wanted) {
    return type == number(wanted);
}

bool is(const LogRecord& record, ResultType wanted) {
    return record.type == static_cast<std::uint64_t>(wanted);
}

} // namespace

int LogParser::countedAs(std::uint64_t type) {
    constexpr std::array<ActivityType, countedTypes> types{ActivityType::CopyPath, ActivityType::FileTransfer,
                                                           ActivityType::CopyPaths, ActivityType::Builds};
    for (int i = 0; i < countedTypes; ++i) {
        if (is(type, types[static_cast<std::size_t>(i)])) {
            return i;
        }
    }
    return -1;
}

void LogParser::feed(std::string_view bytes, const Receive& receive) {
    while (!bytes.empty()) {
        const void* found = std::memchr(bytes.data(), '\n', bytes.size());
        const std::size_t length =
            found == nullptr ? bytes.size()
                             : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        const std::string_view piece = bytes.substr(0, length);
        bytes.remove_prefix(std::min(bytes.size(), length + 1));
        if (found != nullptr && rest_.empty() && !dropping_ && length <= longestLine) {
            line(piece, receive);
            continue;
        }
        if (!dropping_) {
            rest_ += piece.substr(0, longestLine - rest_.size());
            dropping_ = rest_.size() == longestLine;
        }
        if (found != nullptr) {
            line(rest_, receive);
            rest_.clear();
            dropping_ = false;
        }
    }
}

void LogParser::finish(const Receive& receive) {
    if (!rest_.empty()) {
        line(rest_, receive);
        rest_.clear();
    }
    dropping_ = false;
    for (const auto& [id, activity] : activities_) {
        end(activity, receive);
    }
    activities_.clear();
}

void LogParser::line(std::string_view line, const Receive& receive) {
    LogRecord record;
    if (!line.starts_with(mark) || !reader_.read(line.substr(mark.size()), record)) {
        receive(PlainLine{line});
        return;
    }
    ++records_;
    switch (record.action) {
    case LogRecord::Action::Start:
        start(record, receive);
        break;
    case LogRecord::Action::Stop:
        stop(record, receive);
        break;
    case LogRecord::Action::Result:
        result(record, receive);
        break;
    case LogRecord::Action::Message:
        receive(Message{record.level, record.text});
        break;
    case LogRecord::Action::Other:
        break;
    }
}

void LogParser::start(const LogRecord& record, const Receive& receive) {
    if (activities_.size() < mostActivities) {
        Activity& activity = activities_[record.id];
        if (activity.type != 0) { // an id that is used twice: the first one has ended unsaid
            end(activity, receive);
            activity = {};
        }
        activity.type = record.type;
        if (is(record.type, ActivityType::Build) || is(record.type, ActivityType::CopyPath) ||
            is(record.type, ActivityType::PostBuildHook)) {
            activity.subject = record.textAt(0);
        }
    }
    if (is(record.type, ActivityType::Build)) {
        receive(BuildStarted{record.textAt(0), record.textAt(1)});
    } else if (is(record.type, ActivityType::CopyPath)) {
        receive(FetchStarted{record.textAt(0), record.textAt(1)});
    } else if (is(record.type, ActivityType::BuildWaiting) && !record.text.empty()) {
        receive(Status{record.text});
    }
}

void LogParser::stop(const LogRecord& record, const Receive& receive) {
    const auto found = activities_.find(record.id);
    if (found == activities_.end()) {
        return;
    }
    const Activity ended = std::move(found->second);
    activities_.erase(found);
    end(ended, receive);
}

// Its done work stays counted, what was only expected of it does not.
void LogParser::end(const Activity& activity, const Receive& receive) {
    if (const int type = countedAs(activity.type); type >= 0) {
        Total& total = totals_[static_cast<std::size_t>(type)];
        total.live.done -= activity.progress.done;
        total.live.expected -= activity.progress.expected;
        total.live.running -= activity.progress.running;
        total.live.failed -= activity.progress.failed;
        total.done += activity.progress.done;
        ++changes_;
    }
    for (std::size_t i = 0; i < countedTypes; ++i) {
        totals_[i].expected -= activity.expected[i];
    }
    if (is(activity.type, ActivityType::Build)) {
        receive(BuildEnded{activity.subject});
    } else if (is(activity.type, ActivityType::CopyPath)) {
        receive(FetchEnded{activity.subject});
    }
}

void LogParser::result(const LogRecord& record, const Receive& receive) {
    const auto found = activities_.find(record.id);
    Activity* activity = found == activities_.end() ? nullptr : &found->second;
    if (is(record, ResultType::Progress)) {
        if (activity != nullptr) {
            progress(*activity, record);
        }
    } else if (is(record, ResultType::SetExpected)) {
        if (activity != nullptr) {
            expect(*activity, record);
        }
    } else if (is(record, ResultType::BuildLogLine) || is(record, ResultType::PostBuildLogLine)) {
        const std::string_view drv = activity == nullptr ? std::string_view() : activity->subject;
        receive(BuildLine{drv, record.textAt(0)});
    } else if (is(record, ResultType::SetPhase)) {
        if (activity != nullptr) {
            receive(PhaseStarted{activity->subject, record.textAt(0)});
        }
    } else if (is(record, ResultType::UntrustedPath) || is(record, ResultType::CorruptedPath)) {
        receive(BadPath{record.textAt(0), is(record, ResultType::CorruptedPath)});
    } else if (is(record, ResultType::FetchStatus)) {
        receive(Status{record.textAt(0)});
    }
}

void LogParser::progress(Activity& activity, const LogRecord& record) {
    const int type = countedAs(activity.type);
    const Progress now{record.numberAt(0), record.numberAt(1), record.numberAt(2), record.numberAt(3)};
    if (type < 0 || now == activity.progress) {
        return;
    }
    // unsigned numbers wrap alike on the way there and back, whatever a record claims
    Progress& live = totals_[static_cast<std::size_t>(type)].live;
    live.done += now.done - activity.progress.done;
    live.expected += now.expected - activity.progress.expected;
    live.running += now.running - activity.progress.running;
    live.failed += now.failed - activity.progress.failed;
    activity.progress = now;
    ++changes_;
}

void LogParser::expect(Activity& activity, const LogRecord& record) {
    const int type = countedAs(record.numberAt(0));
    if (type < 0) {
        return;
    }
    std::uint64_t& expected = activity.expected[static_cast<std::size_t>(type)];
    if (expected != record.numberAt(1)) {
        totals_[static_cast<std::size_t>(type)].expected += record.numberAt(1) - expected;
        expected = record.numberAt(1);
        ++changes_;
    }
}

Counts LogParser::counts() const {
    const auto done = [&](Counted type) { return totals_[type].done + totals_[type].live.done; };
    const auto expected = [&](Counted type) {
        return std::max(
            {totals_[type].done + totals_[type].live.expected, totals_[type].expected, done(type)});
    };
    Counts out;
    out.built = done(Builds);
    out.toBuild = expected(Builds);
    out.building = totals_[Builds].live.running;
    out.failed = totals_[Builds].live.failed;
    out.fetched = done(CopyPaths);
    out.toFetch = expected(CopyPaths);
    out.bytes = done(CopyPath);
    out.bytesToFetch = expected(CopyPath);
    return out;
}

} // namespace cirque::nix
