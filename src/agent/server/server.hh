// SPDX-License-Identifier: Apache-2.0
// Answers a coordinator: calls come in on one descriptor, output and results go out on another
// (agent/protocol).
#pragma once

#include "agent/protocol/messages.hh"
#include "io/process/fd.hh"
#include "io/runtime/task.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::agent {

struct ServerOptions {
    Hello hello;
    std::vector<std::string> environment; // of this process, "K=V" each
};

// Serves one coordinator until its side ends; then everything the job started is ended at once, what was made
// for it is removed, and this returns. Failure: what came in was no row of frames.
io::Task<Result<void>> serve(io::UniqueFd in, io::UniqueFd out, ServerOptions options);

} // namespace cirque::agent
