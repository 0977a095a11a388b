// SPDX-License-Identifier: Apache-2.0
// The job's folder lies on this machine and is mounted at the place: it is made, filled, read and removed
// here. Where a place sees the folders of several jobs, one of them may put a link in the place of another's:
// such a folder is made where no place sees it, moved there when all is ready, and from its making on reached
// by a descriptor alone.
#pragma once

#include "exec/local/job-files.hh"
#include "exec/local/ports.hh"
#include "exec/remote/site-files.hh"
#include "io/process/fd.hh"
#include "plan/types.hh"

#include <memory>
#include <string>

namespace cirque::exec {

struct SharedFilesOptions {
    std::string folder; // of the job, on this machine; its parents are made too
    bool keep = false;  // leave it
    std::shared_ptr<const plan::Job> job;
    std::string hidden = {}; // where it is made, on the same disk; empty: at `folder`

    [[nodiscard]] const std::string& madeAt() const { return hidden.empty() ? folder : hidden; }
};

class SharedFiles : public SiteFiles {
  public:
    // The ports must outlive it.
    SharedFiles(SharedFilesOptions options, Workspaces& workspaces, Artifacts& artifacts)
        : options_(std::move(options)), reached_(options_.madeAt()), workspaces_(workspaces),
          artifacts_(artifacts) {}

    io::Task<Result<void>> makeBefore(io::StopToken stop) override;
    io::Task<Result<void>> makeAfter(std::shared_ptr<AgentConnection> agent, io::StopToken stop) override;
    io::Task<Result<void>> restoreArtifact(std::string name, std::string path, io::StopToken stop) override;
    io::Task<Result<CollectedArtifact>> saveArtifact(std::string name, std::string path,
                                                     io::StopToken stop) override;
    io::Task<Result<JobFiles>> readFiles(std::string pattern, FileLimits limits, io::StopToken stop) override;
    io::Task<Result<void>> remove() override;

  protected:
    // Moves what was made hidden to where its place sees it. Failure: something is there.
    Result<void> show();

    // The folder for this process, whatever stands at its path.
    [[nodiscard]] const std::string& reached() const { return reached_; }

  private:
    SharedFilesOptions options_;
    io::UniqueFd held_; // of what was made hidden
    bool shown_ = false;
    std::string reached_;
    Workspaces& workspaces_;
    Artifacts& artifacts_;
    FileBaseline before_; // what matched the job's reports before the first step
};

} // namespace cirque::exec
