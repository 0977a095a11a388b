// SPDX-License-Identifier: Apache-2.0
// Executor kind "custom": places that a workflow's own scripts make (mkExecutor). They share this machine's
// disk.
#pragma once

#include "exec/api/executor.hh"
#include "exec/custom/registry.hh"
#include "exec/remote/world.hh"

namespace cirque::exec {

class CustomExecutor : public Executor {
  public:
    // One for a run. What `world` refers to must outlive it and its sites.
    explicit CustomExecutor(AgentWorld world);

    [[nodiscard]] std::string_view kind() const override { return "custom"; }

    [[nodiscard]] Capabilities capabilities() const override { return {world_.system}; }

    // {"folder", "place"}: the job's folder on this machine, and the name the scripts know the place by.
    [[nodiscard]] std::string handle(const Place& place) const override;

    io::Task<Result<std::unique_ptr<JobSite>>> open(Place place, std::string handle) override;
    io::Task<Result<std::vector<std::string>>> sweep(io::StopToken stop) override;
    io::Task<Result<void>> check(std::shared_ptr<const plan::Job> job, io::StopToken stop) override;

  private:
    io::Task<Result<void>> cleanUp(RegisteredPlace place, io::StopToken stop);
    [[nodiscard]] std::vector<std::string> environment(const RegisteredPlace& place) const;

    AgentWorld world_;
    CustomRegistry registry_;
    std::shared_ptr<workspace::JobFolderNames> names_;
};

} // namespace cirque::exec
