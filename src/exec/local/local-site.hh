// SPDX-License-Identifier: Apache-2.0
// One attempt of a job on this machine: its folders, and the step runner in this process.
#pragma once

#include "agent/step-runner.hh"
#include "exec/api/executor.hh"
#include "exec/local/job-files.hh"
#include "exec/local/local-executor.hh"
#include "exec/local/ports.hh"

#include <memory>
#include <string>

namespace cirque::exec {

struct LocalSiteParts {
    std::shared_ptr<const LocalOptions> options;
    LocalFolders folders;
    Place place;
    std::shared_ptr<agent::LeaderSet> leaders;
    std::shared_ptr<workspace::JobFolderNames> names;
    Workspaces& workspaces;
    Artifacts& artifacts;
};

class LocalSite : public JobSite {
  public:
    explicit LocalSite(LocalSiteParts parts) : parts_(std::move(parts)) {}

    io::Task<Result<void>> prepare(std::shared_ptr<OutputSink> log, io::StopToken stop) override;
    io::Task<StepResult> run(StepSpec spec, std::shared_ptr<OutputSink> sink, io::StopToken stop) override;
    io::Task<Outcome> startServices(std::vector<ServiceStart> services,
                                    std::shared_ptr<ServiceObserver> observer, io::StopToken stop) override;
    io::Task<Outcome> stopServices(io::StopToken stop) override;
    io::Task<Result<void>> restoreArtifact(std::string name, std::string path, io::StopToken stop) override;
    io::Task<Result<CollectedArtifact>> saveArtifact(std::string name, std::string path,
                                                     io::StopToken stop) override;
    io::Task<Result<JobFiles>> readFiles(std::string pattern, FileLimits limits, io::StopToken stop) override;
    io::Task<Result<void>> close(io::StopToken stop) override;

  private:
    Result<void> openRunner();
    io::Task<> noteReports();

    LocalSiteParts parts_;
    std::unique_ptr<agent::StepRunner> runner_;
    FileBaseline before_; // what matched the job's reports before the first step
};

} // namespace cirque::exec
