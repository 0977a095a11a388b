// SPDX-License-Identifier: Apache-2.0
// One attempt of a job at a place that runs a cirque-agent. What differs between places is their Transport,
// and whether they share this machine's disk (SiteFiles).
#pragma once

#include "exec/api/executor.hh"
#include "exec/remote/agent-services.hh"
#include "exec/remote/connection.hh"
#include "exec/remote/services-here.hh"
#include "exec/remote/site-files.hh"
#include "exec/remote/transport.hh"
#include "exec/remote/world.hh"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cirque::exec {

struct AgentSiteParts {
    Place place;
    std::string name; // of the job at its place: one component, no other open job of this machine has it
    Millis grace{10000};
    Millis patience{60000}; // for the agent's greeting
    std::unique_ptr<SiteFiles> files;
    std::unique_ptr<Transport> transport;
    std::optional<ContainersHere> containers{}; // none: services from images run at the place itself
    std::function<void()> released;             // called when nothing of the job is left; may be empty
};

// What is the same at every place; files and transport are still to come. `names` gets `name` back when
// nothing of the job is left.
AgentSiteParts sitePartsOf(const AgentWorld& world, Place place, std::string name,
                           std::shared_ptr<workspace::JobFolderNames> names);

class AgentSite : public JobSite {
  public:
    explicit AgentSite(AgentSiteParts parts) : parts_(std::move(parts)) {}

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
    io::Task<Result<void>> openJob(AgentPlace place, std::shared_ptr<OutputSink> log, io::StopToken stop);
    [[nodiscard]] AgentTimes times() const;
    io::Task<Error> explained(Error error);
    io::Task<Result<void>> endAgent(io::StopToken stop);

    AgentSiteParts parts_;
    std::shared_ptr<AgentConnection> agent_;
    [[nodiscard]] std::string containerPart() const;

    std::unique_ptr<AgentServices> services_; // null: none were started
    std::unique_ptr<ServicesHere> here_;      // null: none were started
    std::string serviceNetwork_;
    bool transportOpened_ = false;
    bool jobOpened_ = false;
};

std::unique_ptr<JobSite> makeAgentSite(AgentSiteParts parts);

} // namespace cirque::exec
