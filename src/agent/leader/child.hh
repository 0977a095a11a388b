// SPDX-License-Identifier: Apache-2.0
// Starts the step's main process.
#pragma once

namespace cirque::agent {

struct StartedChild {
    int pid = 0;
    int error =
        0; // errno when the program could not be executed (the child is then a zombie) or not even forked
};

// Returns when the child executes its program or has failed to. Its signals are all at their defaults and
// unblocked, it leads its own session, and it dies when the leader does.
StartedChild startChild(char** argv, char** environment);

} // namespace cirque::agent
