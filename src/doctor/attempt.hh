// SPDX-License-Identifier: Apache-2.0
// A program tried with a time limit.
#pragma once

#include "io/process/process.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <optional>
#include <string>
#include <vector>

namespace cirque::doctor {

// As io::capture, with `env` as the whole environment when given; Unreachable when the program does not end
// within 20 s.
io::Task<Result<io::Captured>> attempt(std::vector<std::string> argv,
                                       std::optional<std::vector<std::string>> env, io::StopToken stop);

// Its first line of output, or of its complaint when it printed none; without control characters, cut short.
std::string firstLine(const io::Captured& tried);

// Why the attempt was none: it did not start, or its status and complaint.
std::string whyFailed(const Result<io::Captured>& tried);

} // namespace cirque::doctor
