// SPDX-License-Identifier: Apache-2.0
// What a new process does between its birth and its program. It runs in the parent's memory while the
// parent's thread waits (vfork(2)), so it allocates nothing and writes nothing but `error` and its own frame.
#pragma once

#include <sys/types.h>

namespace cirque::io::detail {

struct Placement {
    int source = -1; // -1: /dev/null; else above every target, or the target itself
    int target = -1;
};

struct SpawnPlan {
    const char* const* programs = nullptr; // tried in order, ends with a null pointer
    char* const* argv = nullptr;
    char* const* env = nullptr;
    const char* cwd = nullptr; // null: the parent's
    const Placement* placements = nullptr;
    int placementCount = 0;
    int highest = 2; // the largest target; what is open above it, or below it without a placement, is closed
    bool resetSignals = true; // false: every signal stays blocked, what is ignored stays so
    int parentDeath = 0;      // the signal for the end of its parent's thread; 0: none
    pid_t parent = -1;
    int error = 0; // errno of what failed
};

struct Spawned {
    pid_t pid = -1; // -1: no process, and `plan.error` says why
    int pidfd = -1;
};

// clone(2) with CLONE_VM, CLONE_VFORK and CLONE_PIDFD, which Linux has since 5.2. posix_spawn would set the
// action of every signal twice, which costs as much as starting a small program. Returns once the program
// runs or could not: then the child has been reaped. The child is the leader of its own process group.
Spawned spawnChild(SpawnPlan& plan);

} // namespace cirque::io::detail
