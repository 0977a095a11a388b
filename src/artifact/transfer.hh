// SPDX-License-Identifier: Apache-2.0
// Copies the bytes of one file and hashes them on the way.
#pragma once

#include "base/result.hh"

#include <cstdint>
#include <string>

namespace cirque::artifact {

struct Transferred {
    std::int64_t bytes = 0;
    std::string sha256;
};

// From `in` to its end into `out`, at most `limit` bytes: one more is an error of code Unsupported. `what`
// names the file in errors. Blocks.
Result<Transferred> transfer(int in, int out, std::int64_t limit, const std::string& what);

// Sets permission bits and time of an open file. False with errno set.
bool setModeAndTime(int fd, unsigned mode, std::int64_t seconds, std::int64_t nanos);

} // namespace cirque::artifact
