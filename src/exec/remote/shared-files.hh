// SPDX-License-Identifier: Apache-2.0
// The job's folder lies on this machine and is mounted at the place: it is made, filled, read and removed
// here.
#pragma once

#include "exec/local/job-files.hh"
#include "exec/local/ports.hh"
#include "exec/remote/site-files.hh"
#include "plan/types.hh"

#include <memory>
#include <string>

namespace cirque::exec {

struct SharedFilesOptions {
    std::string folder; // of the job, on this machine; its parents are made too
    bool keep = false;  // leave it
    std::shared_ptr<const plan::Job> job;
};

class SharedFiles : public SiteFiles {
  public:
    // The ports must outlive it.
    SharedFiles(SharedFilesOptions options, Workspaces& workspaces, Artifacts& artifacts)
        : options_(std::move(options)), workspaces_(workspaces), artifacts_(artifacts) {}

    io::Task<Result<void>> makeBefore(io::StopToken stop) override;
    io::Task<Result<void>> makeAfter(std::shared_ptr<AgentConnection> agent, io::StopToken stop) override;
    io::Task<Result<void>> restoreArtifact(std::string name, std::string path, io::StopToken stop) override;
    io::Task<Result<CollectedArtifact>> saveArtifact(std::string name, std::string path,
                                                     io::StopToken stop) override;
    io::Task<Result<JobFiles>> readFiles(std::string pattern, FileLimits limits, io::StopToken stop) override;
    io::Task<Result<void>> remove() override;

  private:
    SharedFilesOptions options_;
    Workspaces& workspaces_;
    Artifacts& artifacts_;
    FileBaseline before_; // what matched the job's reports before the first step
};

} // namespace cirque::exec
