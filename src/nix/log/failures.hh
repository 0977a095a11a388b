// SPDX-License-Identifier: Apache-2.0
// Which derivations failed and why, from what Nix and the builders said. Pure.
#pragma once

#include "nix/log/events.hh"

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::nix {

struct Failure {
    std::string drv;
    std::string reason;             // "builder failed with exit code 3"
    std::vector<std::string> lines; // the last that its builder printed, blank ones left out
};

class Failures {
  public:
    static constexpr std::size_t keptLines = 3;
    static constexpr std::size_t longestLine = 200;
    // Nix may name a failure long after the build has ended; the lines of that many builds are kept for it.
    static constexpr std::size_t keptBuilds = 256;

    void take(const LogEvent& event);

    // Those that failed themselves, in the order in which Nix said so.
    [[nodiscard]] const std::vector<Failure>& causes() const { return causes_; }

    // Derivations that Nix said it cannot build, those that only need a failed one included.
    [[nodiscard]] const std::set<std::string>& failed() const { return failed_; }

    // Nix's errors as it told them, without colours; the newest when there were many.
    [[nodiscard]] const std::string& errors() const { return errors_; }

    // One line for a person: which derivation failed, why, and its last lines. `wanted`: what was asked for;
    // when it failed itself, nothing else is told. Empty when Nix named no derivation.
    [[nodiscard]] std::string describe(std::string_view wanted) const;

  private:
    struct Tail {
        std::string drv;
        std::deque<std::string> lines;
    };

    Tail* tailOf(std::string_view drv);
    void error(std::string_view text);

    std::deque<Tail> tails_; // in the order in which the builds began
    std::vector<Failure> causes_;
    std::set<std::string> failed_;
    std::string errors_;
};

} // namespace cirque::nix
