// SPDX-License-Identifier: Apache-2.0
// Nix's standard error with `--log-format internal-json`, in pieces of any size, as events and counts. Knows
// only what is under way: memory does not grow with what has been. Pure.
#pragma once

#include "nix/log/events.hh"
#include "nix/log/record.hh"

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cirque::nix {

class LogParser {
  public:
    using Receive = std::function<void(const LogEvent&)>;

    // A longer line is cut there; the rest of it is dropped, and a record that was cut is a PlainLine.
    static constexpr std::size_t longestLine = 1u << 20u;
    // More activities at the same time than that are not followed.
    static constexpr std::size_t mostActivities = 100'000;

    // Calls `receive` for what is complete. Never fails: an unknown type is nothing, a line that is no record
    // is a PlainLine.
    void feed(std::string_view bytes, const Receive& receive);

    // The stream has ended: a last line without a newline, then the end of all that was under way.
    void finish(const Receive& receive);

    [[nodiscard]] Counts counts() const;

    // Grows with every change of counts().
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

    // How many were read so far. None: this Nix speaks otherwise, and nothing is known of what it did.
    [[nodiscard]] std::uint64_t records() const { return records_; }

    [[nodiscard]] std::size_t activities() const { return activities_.size(); }

  private:
    struct Progress {
        std::uint64_t done = 0;
        std::uint64_t expected = 0;
        std::uint64_t running = 0;
        std::uint64_t failed = 0;
        bool operator==(const Progress&) const = default;
    };

    struct Total { // of one type of activity
        Progress live;
        std::uint64_t done = 0;     // of those that have ended
        std::uint64_t expected = 0; // as announced by setExpected
    };

    enum Counted { CopyPath, FileTransfer, CopyPaths, Builds, countedTypes };

    struct Activity {
        std::uint64_t type = 0;
        std::string subject; // derivation or store path
        Progress progress;
        std::array<std::uint64_t, countedTypes> expected{};
    };

    static int countedAs(std::uint64_t type);
    void line(std::string_view line, const Receive& receive);
    void start(const LogRecord& record, const Receive& receive);
    void stop(const LogRecord& record, const Receive& receive);
    void end(const Activity& activity, const Receive& receive);
    void result(const LogRecord& record, const Receive& receive);
    void progress(Activity& activity, const LogRecord& record);
    void expect(Activity& activity, const LogRecord& record);

    RecordReader reader_;
    std::string rest_;
    bool dropping_ = false; // the rest of a line that was too long
    std::unordered_map<std::uint64_t, Activity> activities_;
    std::array<Total, countedTypes> totals_{};
    std::uint64_t changes_ = 0;
    std::uint64_t records_ = 0;
};

} // namespace cirque::nix
