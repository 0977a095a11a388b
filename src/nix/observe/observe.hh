// SPDX-License-Identifier: Apache-2.0
// Runs a program and writes down every path it looks at. The kernel stops it at each system call that takes a
// path (seccomp(2), SECCOMP_RET_TRACE; ptrace(2)), so that nothing has to be guessed from its messages. For a
// process of its own: it takes whatever child ends.
#pragma once

#include <string>
#include <vector>

namespace cirque::nix {

// Starts `argv` (argv[0] is looked up on PATH) and waits for its end; then writes an Observation (toRecords)
// to `recordFd`. Returns its exit status; 127 when it cannot be started; ends by the same signal when a
// signal ended it. INT, TERM, HUP and QUIT are left to the program, which dies with this process. Where the
// kernel refuses to observe, the program runs all the same and the observation is not complete. Blocks.
int runObserved(int recordFd, const std::vector<std::string>& argv);

} // namespace cirque::nix
