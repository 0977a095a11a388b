// SPDX-License-Identifier: Apache-2.0
// The hosts that a run uses, and which of them a job is given.
#pragma once

#include "exec/api/executor.hh"
#include "exec/ssh/host.hh"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

class SshHosts {
  public:
    explicit SshHosts(SshWorld world) : world_(std::move(world)) {}

    // Of these the connected or connectable one with the fewest open jobs; those that made trouble come last.
    // One that cannot be reached is left out, which `log` (may be null) is told. Its openJobs is one more.
    // Failure: why, of each.
    io::Task<Result<std::shared_ptr<SshHost>>> pick(std::vector<SshTarget> targets,
                                                    std::shared_ptr<OutputSink> log, io::StopToken stop);

    // Ends all connections. What could not be removed over there is told, a sentence each.
    io::Task<std::vector<std::string>> close();

  private:
    std::shared_ptr<SshHost> hostOf(const SshTarget& target);
    Result<void> tellLeftOut(const std::vector<SshTarget>& targets, const std::shared_ptr<OutputSink>& log);

    SshWorld world_;
    std::map<SshTarget, std::shared_ptr<SshHost>> hosts_;
    int connections_ = 0;
};

} // namespace cirque::exec
