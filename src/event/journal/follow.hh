// SPDX-License-Identifier: Apache-2.0
// The files of a run, read while they grow and told as the run itself tells its listeners: events in order,
// and before each event the log bytes that were there when it was written.
#pragma once

#include "event/journal/log-file.hh"
#include "event/types/event.hh"
#include "io/process/fd.hh"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cirque::event {

struct FollowSink {
    std::function<void(const Event& event)> event;
    std::function<void(const TryRef& ref, std::string_view bytes)> log; // in pieces of any size
};

class Follower {
  public:
    // Neither the folder nor its journal need to be there yet.
    Follower(std::string runFolder, FollowSink sink)
        : folder_(std::move(runFolder)), sink_(std::move(sink)) {}

    // Tells some of what is there and has not been told: at most one block of events with their logs. False:
    // there was nothing more. A torn last line waits for its rest. Failure: Corrupt for a broken line, Io.
    // Blocks.
    Result<bool> poll();

    // run.finished was told, and everything before it.
    [[nodiscard]] bool ended() const { return ended_; }

  private:
    struct Try {
        io::UniqueFd file;
        std::int64_t told = 0;
        bool open = true; // its step has not ended
    };

    Result<bool> pollEvents();
    Result<bool> pollLogs();
    Result<void> tell(const Event& event);
    // Log bytes up to `end`; -1: all there are. True: there were some.
    Result<bool> tellLog(const TryRef& ref, Try& one, std::int64_t end);
    Result<void> endJob(const std::string& job);
    void close(const TryRef& ref);

    std::string folder_;
    FollowSink sink_;
    io::UniqueFd journal_;
    std::int64_t consumed_ = 0; // of the journal: whole lines
    std::int64_t line_ = 0;
    JobNumbers numbers_;
    std::map<TryRef, Try> tries_; // of jobs that have not ended
    std::string block_;
    bool ended_ = false;
};

} // namespace cirque::event
