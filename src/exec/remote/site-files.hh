// SPDX-License-Identifier: Apache-2.0
// How files come into a job's folder at another place and out of it.
#pragma once

#include "base/result.hh"
#include "exec/api/executor.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <memory>
#include <string>

namespace cirque::exec {

class AgentConnection;

class SiteFiles {
  public:
    virtual ~SiteFiles() = default;

    // Before the place is opened: what must be there for it (a folder to mount).
    virtual io::Task<Result<void>> makeBefore(io::StopToken stop) = 0;

    // After the agent has started, before its job is opened.
    virtual io::Task<Result<void>> makeAfter(std::shared_ptr<AgentConnection> agent, io::StopToken stop) = 0;

    // As the functions of JobSite.
    virtual io::Task<Result<void>> restoreArtifact(std::string name, std::string path,
                                                   io::StopToken stop) = 0;
    virtual io::Task<Result<CollectedArtifact>> saveArtifact(std::string name, std::string path,
                                                             io::StopToken stop) = 0;
    virtual io::Task<Result<JobFiles>> readFiles(std::string pattern, FileLimits limits,
                                                 io::StopToken stop) = 0;

    // After the place is closed. Exactly once.
    virtual io::Task<Result<void>> remove() = 0;
};

} // namespace cirque::exec
