// SPDX-License-Identifier: Apache-2.0
// Who looks on while Nix works: a log to read and a meter.
#pragma once

#include "nix/log/meter.hh"
#include "nix/log/render.hh"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::nix {

// Each may be empty.
struct Watch {
    std::function<void(std::string_view)> log;      // whole lines
    std::function<void(const Measure&)> progress{}; // at most four times a second, when something changed
};

// Turns Nix's events into what a Watch gets. Without one yet it keeps the log's text until there is one.
class Watcher {
  public:
    // More text than that is not kept for a Watch that has not come yet; the log then says so.
    static constexpr std::size_t mostUnread = 1u << 20u;

    // `measures`: whether the counts are those of this Watch alone.
    explicit Watcher(MonoTime now, bool measures = true) : meter_(now), measures_(measures) {}

    [[nodiscard]] bool watched() const { return watch_.has_value(); }

    void attach(Watch watch); // gets at once what was said before

    void detach() { watch_.reset(); }

    void event(const LogEvent& event, const Counts& counts);
    void say(std::string_view line); // with its newline
    void flush();
    void measure(const Counts& counts, MonoTime now);
    void lastMeasure(const Counts& counts);

  private:
    void tell(const std::optional<Measure>& measure) const;

    std::optional<Watch> watch_;
    LogText text_;
    BuildMeter meter_;
    std::string unread_;
    bool measures_;
    std::optional<std::size_t> full_; // the size of unread_ from which on nothing is kept
};

} // namespace cirque::nix
