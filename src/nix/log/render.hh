// SPDX-License-Identifier: Apache-2.0
// Nix's events as the lines of a log that a person reads. Pure.
#pragma once

#include "nix/log/events.hh"

#include <string>
#include <string_view>

namespace cirque::nix {

class LogText {
  public:
    // Appends what `event` adds to the log, whole lines. Lines of a builder carry its name ("hello-2.12> ")
    // as soon as Nix has more than one derivation to build.
    void append(std::string& out, const LogEvent& event, const Counts& counts);

  private:
    std::string only_; // the derivation that was built first
    bool several_ = false;
};

} // namespace cirque::nix
