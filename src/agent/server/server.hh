// SPDX-License-Identifier: Apache-2.0
// Answers a coordinator: calls come in on one descriptor, output and results go out on another
// (agent/protocol).
#pragma once

#include "agent/protocol/messages.hh"
#include "base/time.hh"
#include "io/process/fd.hh"
#include "io/runtime/task.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::agent {

struct ServerOptions {
    Hello hello;
    std::vector<std::string> environment; // of this process, "K=V" each
    Millis silence{60000};                // of the coordinator, which pings: then its side has ended
};

// Serves one coordinator until its side ends or falls silent; then everything the job started is ended at
// once, what was made for it is removed, and this returns. Failure: what came in was no row of frames.
io::Task<Result<void>> serve(io::UniqueFd in, io::UniqueFd out, ServerOptions options);

} // namespace cirque::agent
