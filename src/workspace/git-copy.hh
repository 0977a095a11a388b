// SPDX-License-Identifier: Apache-2.0
// A repository for a job: index, HEAD and refs of its own, objects by alternates, a small configuration. What
// a job commits, checks out or configures there stays there.
#pragma once

#include "base/result.hh"
#include "workspace/stored.hh"
#include "workspace/tree.hh"

#include <string>

namespace cirque::workspace {

// Reads what a job's repository needs from `place`. `prefix`: where the work tree lies in the snapshot.
// Nothing is locked; a reference that vanishes meanwhile is left out. Blocks.
Result<GitCopy> readGit(const GitPlace& place, std::string prefix);

// Writes it as <prefix>/.git below the folder `rootFd`. Blocks.
Result<void> writeGit(int rootFd, const GitCopy& copy);

} // namespace cirque::workspace
