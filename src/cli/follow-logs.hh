// SPDX-License-Identifier: Apache-2.0
// `cirque logs --follow`: what a run, a job or a step prints, as it comes.
#pragma once

#include "base/ids.hh"
#include "cli/command.hh"

#include <cstdint>
#include <string>

namespace cirque::cli {

struct FollowedLogs {
    std::string address;      // "", "JOB" or "JOB/STEP"
    std::int64_t attempt = 0; // only this one; 0: all
    std::int64_t tried = 0;
    std::int64_t last = 0; // of what is there already, only so many lines of each try; 0: all
};

// Blocks until what is followed has ended, or a signal. Failure: NotFound for an unknown address.
Result<int> followLogs(const Context& context, const RunId& run, const FollowedLogs& what);

} // namespace cirque::cli
