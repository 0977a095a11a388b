// SPDX-License-Identifier: Apache-2.0
// The one job of an agent: its private folder and its step runner.
#pragma once

#include "agent/protocol/messages.hh"
#include "agent/run-folder.hh"
#include "agent/server/service-records.hh"
#include "agent/step-runner.hh"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cirque::agent {

class ServedJob {
  public:
    // `environment`: this process's, "K=V" each. What of it belongs to the place (PATH, HOME, ...) lies below
    // all variables of every step.
    ServedJob(OpenJob what, const std::vector<std::string>& environment);

    // Makes the private folder and the runner. Failure: the system's reason; close is called all the same.
    io::Task<Result<JobOpened>> open();

    // As StepRunner::run.
    io::Task<StepEnd> run(StepRequest request, std::shared_ptr<Sink> sink, io::StopToken stop);

    // Starts the services, tells `records` what came of it, and keeps them until `stop` rises; then as
    // StepRunner::stopServices.
    io::Task<Outcome> runServices(std::vector<ServiceRequest> services,
                                  std::shared_ptr<ServiceRecords> records, io::StopToken stop);

    // Gives what lies in the job's folder to whom the folder was, when it was taken.
    Result<void> giveBack();
    Result<void> takeAgain(); // after giveBack

    // As StepRunner::close, then giveBack, then removes the private folder and the tools.
    io::Task<Result<void>> close(io::StopToken stop);

  private:
    [[nodiscard]] Result<void> checkFolder() const;
    Result<void> takeFolder();
    Result<std::string> makeFolders();
    Result<void> removeFolders();

    OpenJob what_;
    std::vector<std::string> environment_;
    Variables placeLayer_;
    std::optional<std::pair<unsigned, unsigned>> owner_; // whose the job's folder was
    std::optional<RunFolder> privates_;
    std::unique_ptr<StepRunner> runner_;
};

} // namespace cirque::agent
