// SPDX-License-Identifier: Apache-2.0
// How a step runner talks to cirque-leader, the program that stands between it and one step.
//
//   cirque-leader --lifeline FD --status FD [--grace MS] [--walk children|scan] -- PROGRAM [ARG...]
//
// PROGRAM is a path: the caller has searched PATH. Folder, environment, stdin, stdout and stderr of the step
// are those the leader is started with. The step gets its own session, no signal ignored or blocked, and no
// descriptor but 0, 1 and 2; the leader itself lets go of these three once the step has started, so that
// their other ends see the end of file when the step's processes have closed them.
//
// --status is the write end of a pipe. The leader writes StatusRecords to it:
//   Exited or Signaled when the main process has ended, then TreeGone; or ExecFailed, then TreeGone. Nothing
//   is told of a start: it would only wake the reader.
// Between the end of the main process and TreeGone live the daemons it left. End of file without TreeGone:
// somebody killed the leader.
//
// --lifeline is the read end of a pipe, or a socket. The parent writes Commands to it; when it is closed (the
// parent died) the leader kills the tree at once. The leader ends, with exit status 0, when no descendant is
// left; a wrong command line is exit status 2 and no record. After Kill only processes that the leader may
// not signal (another user's) or that hang in the kernel keep it: a parent that waits for TreeGone needs a
// deadline.
//
// --grace: milliseconds between TERM and KILL, default 10000. --walk: where descendants are found; children
// (/proc/PID/task/TID/children) falls back to scan (/proc/PID/stat of all) where the kernel lacks it.
#pragma once

#include <cstdint>

namespace cirque::agent {

enum class LeaderStatus : std::int32_t {
    ExecFailed = 2, // value: errno of execve
    Exited = 3,     // value: exit status of the main process
    Signaled = 4,   // value: signal that ended the main process
    TreeGone = 5,   // value: 0
};

// Both numbers in this machine's byte order; written whole (PIPE_BUF), several may come in one read.
struct StatusRecord {
    LeaderStatus kind = LeaderStatus::TreeGone;
    std::int32_t value = 0;
};

static_assert(sizeof(StatusRecord) == 8);

// One byte each. A second Term or End within the grace changes nothing; Kill cuts it short.
enum class LeaderCommand : char {
    Term = 'T', // the step is to end: TERM to its tree, grace, KILL
    End = 'E',  // the job has ended: the same for the daemons that are left
    Kill = 'K', // KILL now
};

constexpr std::int64_t defaultGraceMillis = 10'000;

} // namespace cirque::agent
