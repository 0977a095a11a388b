// SPDX-License-Identifier: Apache-2.0
// Which paths a program looked at while it ran, told by the kernel (see observe.hh), and how that is written
// down. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::nix {

struct Look {
    std::string path; // absolute, as the program said it: links and ".." are not settled
    bool opened =
        false; // its content, or the names in it, could be read; else only what stat and readlink tell

    bool operator==(const Look&) const = default;
};

struct Observation {
    bool complete = false; // nothing can have been missed; otherwise the rest means nothing
    bool network = false;  // it spoke to another machine
    bool programs = false; // it started other programs, which were not observed
    std::vector<Look> looks{};
};

// Records, each ended by a NUL: 'o' PATH, 's' PATH, 'N' (network), 'P' (programs), 'E' (complete) as the
// last.
std::string toRecords(const Observation& observation);

// What is cut off or foreign is not complete.
Observation parseRecords(std::string_view text);

} // namespace cirque::nix
