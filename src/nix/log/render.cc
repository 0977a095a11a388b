// SPDX-License-Identifier: Apache-2.0
#include "nix/log/render.hh"

#include "nix/log/names.hh"

#include <fmt/format.h>

#include <iterator>

namespace cirque::nix {
namespace {

constexpr std::uint64_t leastShown = 2; // notices; below them Nix repeats what its activities say

class Lines {
  public:
    Lines(std::string& out, bool several) : out_(out), several_(several) {}

    void operator()(const BuildStarted& event) {
        add("building {}{}{}", nameOfPath(event.drv), event.machine.empty() ? "" : " on ", event.machine);
    }

    void operator()(const BuildEnded& /*event*/) {}

    void operator()(const PhaseStarted& event) { add("{}== {}", prefix(event.drv), event.phase); }

    void operator()(const BuildLine& event) { add("{}{}", prefix(event.drv), event.text); }

    void operator()(const FetchStarted& event) {
        add("fetching {}{}{}", nameOfPath(event.path), event.from.empty() ? "" : " from ", event.from);
    }

    void operator()(const FetchEnded& /*event*/) {}

    void operator()(const Status& event) { add("{}", event.text); }

    void operator()(const BadPath& event) {
        add("warning: {} {}", event.path,
            event.corrupted ? "is corrupted" : "has no signature that this machine trusts");
    }

    void operator()(const Message& event) {
        if (event.level <= leastShown) {
            add("{}", event.text);
        }
    }

    void operator()(const PlainLine& event) { add("{}", event.text); }

  private:
    template <class... Parts>
    void add(fmt::format_string<Parts...> format, Parts&&... parts) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Parts>(parts)...);
        out_ += '\n';
    }

    [[nodiscard]] std::string prefix(std::string_view drv) const {
        return several_ && !drv.empty() ? fmt::format("{}> ", nameOfPath(drv)) : std::string();
    }

    std::string& out_;
    bool several_;
};

} // namespace

void LogText::append(std::string& out, const LogEvent& event, const Counts& counts) {
    if (const auto* started = std::get_if<BuildStarted>(&event)) {
        if (only_.empty()) {
            only_ = started->drv;
        }
        several_ = several_ || only_ != started->drv;
    }
    several_ = several_ || counts.toBuild > 1;
    std::visit(Lines(out, several_), event);
}

} // namespace cirque::nix
