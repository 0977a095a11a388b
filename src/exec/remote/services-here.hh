// SPDX-License-Identifier: Apache-2.0
// Services from images of a job whose place has no engine of containers inside: they run beside it, on this
// machine, kept by a step runner in this process as those of `local` are.
#pragma once

#include "agent/step-runner.hh"
#include "exec/api/service.hh"
#include "exec/remote/connection.hh"
#include "exec/remote/world.hh"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

// What is the same for all jobs of a run.
struct ContainersHere {
    std::string stateDir;
    std::string leader;
    std::string privateFolder;
    std::string hostPath;
    std::vector<std::string> environment;
    std::shared_ptr<agent::LeaderSet> leaders;
    Millis grace{10000};
};

ContainersHere containersHere(const AgentWorld& world);

// Some of the services of a job, and where they stand among all of them.
struct SomeServices {
    std::vector<ServiceStart> starts;
    std::vector<std::size_t> positions;
};

// Tells of some of the services what is to be told of them among all.
std::shared_ptr<ServiceObserver> observerOf(std::shared_ptr<ServiceObserver> all,
                                            std::vector<std::size_t> positions);

class ServicesHere {
  public:
    // `name`: of the job among all jobs of the run. `network`: as agent::ContainerPlace; `agent` is asked
    // whether they answer at the place.
    ServicesHere(ContainersHere what, std::string run, std::string name, std::string network,
                 std::shared_ptr<AgentConnection> agent);

    // As JobSite::startServices; once. It soon ends when the place is lost. Whatever comes of it, close must
    // be awaited.
    io::Task<Outcome> start(SomeServices services, std::shared_ptr<ServiceObserver> observer,
                            io::StopToken stop);

    // As JobSite::stopServices.
    io::Task<Outcome> stop(io::StopToken stop);

    // Ends what still runs and removes the private folder.
    io::Task<Result<void>> close(io::StopToken stop);

  private:
    Result<void> openRunner();

    ContainersHere what_;
    std::string run_;
    std::string name_;
    std::string network_;
    std::shared_ptr<AgentConnection> agent_;
    std::string folder_; // the private one
    std::unique_ptr<agent::StepRunner> runner_;
    io::StopSource giveUp_; // rises when the place is lost, too
};

// For a place without a network of this machine's. Failure (InvalidPlan): the job has a service from an
// image, which could not be reached there; `how` says what to change.
Result<void> refuseImages(const plan::Job& job, std::string_view place, std::string_view how);

} // namespace cirque::exec
