// SPDX-License-Identifier: Apache-2.0
// The command line of cirque-leader (see protocol.hh).
#pragma once

#include "agent/leader/protocol.hh"

namespace cirque::agent {

struct LeaderOptions {
    int lifeline = -1;
    int status = -1;
    std::int64_t graceMillis = defaultGraceMillis;
    bool scan = false;
    char** program = nullptr; // path and arguments, ends with a null pointer
};

// False: the command line is wrong. Points into `argv`.
bool parseOptions(char** argv, LeaderOptions& options);

} // namespace cirque::agent
