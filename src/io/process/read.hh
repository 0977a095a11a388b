// SPDX-License-Identifier: Apache-2.0
// readAll with a choice of what a stop means for bytes that already wait in the pipe.
#pragma once

#include "base/result.hh"
#include "io/process/fd.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>
#include <string_view>

namespace cirque::io::detail {

enum class AtStop {
    Leave, // ends at once
    Drain, // takes what is there without blocking, then ends
};

// As readAll. With Drain, after the writer has ended, no byte of it is lost even when a descendant of it
// keeps the pipe open.
Task<Result<void>> readUntil(UniqueFd fd, std::function<void(std::string_view)> sink, StopToken stop,
                             AtStop atStop, std::function<bool()> hold = {});

} // namespace cirque::io::detail
