// SPDX-License-Identifier: Apache-2.0
// The second net below the leader: when a step kills its own leader, what the leader held falls to this
// process (a subreaper) and dies here.
#pragma once

#include "base/result.hh"
#include "io/runtime/task.hh"

#include <sys/types.h>

#include <memory>
#include <set>

namespace cirque::agent {

// The leaders of this process that run. One set for all jobs; touched on the loop thread only.
class LeaderSet {
  public:
    void add(pid_t pid) { pids_.insert(pid); }

    void remove(pid_t pid) { pids_.erase(pid); }

    [[nodiscard]] bool contains(pid_t pid) const { return pids_.contains(pid); }

  private:
    std::set<pid_t> pids_;
};

// Makes this process the one that orphans below it fall to (PR_SET_CHILD_SUBREAPER). May be called again.
Result<void> becomeSubreaper();

// Kills and reaps every child of this process that is neither a leader of `leaders` nor of this process's own
// session (helpers such as git and nix are), and what falls to this process by that. A step always runs in a
// session of its own and cannot join another. False: after 5 s some are left.
io::Task<bool> killOrphans(std::shared_ptr<const LeaderSet> leaders);

} // namespace cirque::agent
