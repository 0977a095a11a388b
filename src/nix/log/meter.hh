// SPDX-License-Identifier: Apache-2.0
// How far Nix is, told often enough for a person and seldom enough for a journal. Pure.
#pragma once

#include "base/time.hh"
#include "nix/log/events.hh"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::nix {

struct Measure {
    Counts counts;
    std::string current; // what Nix is at: "hello-2.12: buildPhase", "fetching hello-2.12"; may be empty
    bool operator==(const Measure&) const = default;
};

class BuildMeter {
  public:
    static constexpr Millis interval{250};

    // `start`: the first is told an interval later, so that a short build tells nothing.
    // `fetch`: the word for a path that comes, or goes.
    explicit BuildMeter(MonoTime start, std::string_view fetch = "fetching")
        : fetch_(fetch), lastTime_(start) {}

    void take(const LogEvent& event);

    // What is to be told now: nothing when nothing has changed, and at most once in `interval`. What falls
    // between is told by a later call.
    std::optional<Measure> due(const Counts& counts, MonoTime now);

    // The same at the end, however little time has passed; nothing when nothing was told before.
    std::optional<Measure> last(const Counts& counts);

  private:
    struct Active { // a build or a fetch under way
        std::string path;
        std::string phase;
        bool fetch = false;
    };

    std::optional<Measure> told(const Counts& counts);
    void begin(std::string_view path, bool fetch);
    void end(std::string_view path, bool fetch);
    [[nodiscard]] std::string current() const;

    std::string_view fetch_;
    std::vector<Active> active_; // the oldest first
    MonoTime lastTime_;
    bool told_ = false;
    Measure last_;
};

} // namespace cirque::nix
