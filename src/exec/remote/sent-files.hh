// SPDX-License-Identifier: Apache-2.0
// The job's folder lies at a place that shares no disk with this machine: what it begins with is sent
// there, artifacts and reports travel through the agent.
#pragma once

#include "exec/local/ports.hh"
#include "exec/remote/connection.hh"
#include "exec/remote/site-files.hh"
#include "plan/types.hh"

#include <memory>
#include <string>

namespace cirque::exec {

// The folder that jobs begin with, made once for a run: the snapshot with a repository that stands alone, or
// nothing.
class StartTree {
  public:
    // `folder`: of the run on this machine, for what is made here.
    StartTree(std::string folder, std::vector<std::string> environment, Workspaces& workspaces)
        : folder_(std::move(folder)), environment_(std::move(environment)), workspaces_(workspaces) {}

    // Failure: as Workspaces::make, or git's.
    io::Task<Result<std::string>> get(bool copyRepo, io::StopToken stop);

    // A new name below the run's folder, for what comes in.
    std::string incoming();

  private:
    io::Task<Result<void>> make(std::string path, bool copyRepo, io::StopToken stop);
    io::Task<Result<void>> standAlone(std::string repository, io::StopToken stop);

    std::string folder_;
    std::vector<std::string> environment_;
    Workspaces& workspaces_;
    bool making_ = false;
    bool made_[2] = {false, false}; // without, with the tree
    int incoming_ = 0;
    io::Signal changed_;
};

// What the transport finds out when it opens the place.
struct SentPlace {
    std::string jobFolder;
};

struct SentFilesOptions {
    std::shared_ptr<SentPlace> place;
    std::shared_ptr<const plan::Job> job;
    std::shared_ptr<StartTree> start;
};

class SentFiles : public SiteFiles {
  public:
    // The port must outlive it.
    SentFiles(SentFilesOptions options, Artifacts& artifacts)
        : options_(std::move(options)), artifacts_(artifacts) {}

    io::Task<Result<void>> makeBefore(io::StopToken stop) override;
    io::Task<Result<void>> makeAfter(std::shared_ptr<AgentConnection> agent, io::StopToken stop) override;
    io::Task<Result<void>> restoreArtifact(std::string name, std::string path, io::StopToken stop) override;
    io::Task<Result<CollectedArtifact>> saveArtifact(std::string name, std::string path,
                                                     io::StopToken stop) override;
    io::Task<Result<JobFiles>> readFiles(std::string pattern, FileLimits limits, io::StopToken stop) override;
    io::Task<Result<void>> remove() override; // the agent removes the job's folder

  private:
    SentFilesOptions options_;
    Artifacts& artifacts_;
    std::shared_ptr<AgentConnection> agent_;
};

} // namespace cirque::exec
