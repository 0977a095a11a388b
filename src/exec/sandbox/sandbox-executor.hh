// SPDX-License-Identifier: Apache-2.0
// Executor kind "sandbox": jobs run on this machine in namespaces of their own (bubblewrap), with nothing
// writable but their folder.
#pragma once

#include "exec/api/executor.hh"
#include "exec/remote/world.hh"

namespace cirque::exec {

class SandboxExecutor : public Executor {
  public:
    // One for a run. What `world` refers to must outlive it and its sites.
    explicit SandboxExecutor(AgentWorld world);

    [[nodiscard]] std::string_view kind() const override { return "sandbox"; }

    [[nodiscard]] Capabilities capabilities() const override { return {world_.system}; }

    // {"folder"}: the job's folder on this machine. Nothing else outlives the sandbox's first process.
    [[nodiscard]] std::string handle(const Place& place) const override;

    io::Task<Result<std::unique_ptr<JobSite>>> open(Place place, std::string handle) override;

  private:
    AgentWorld world_;
    std::shared_ptr<workspace::JobFolderNames> names_;
};

} // namespace cirque::exec
