// SPDX-License-Identifier: Apache-2.0
// Executor kind "ssh": jobs run on another host, or on hosts of a pool. What the other side needs is an ssh
// server and a POSIX shell.
#pragma once

#include "exec/api/executor.hh"
#include "exec/remote/world.hh"

namespace cirque::exec {

class SshHosts;
class StartTree;

class SshExecutor : public Executor {
  public:
    // One for a run. What `world` refers to must outlive it and its sites.
    explicit SshExecutor(AgentWorld world);

    [[nodiscard]] std::string_view kind() const override { return "ssh"; }

    [[nodiscard]] Capabilities capabilities() const override { return {world_.system}; }

    // {"name", "hosts"}: the last part of the job's folder, below the run's folder on one of the hosts. The
    // keeper there removes that folder, or the next one does (keeper.hh).
    [[nodiscard]] std::string handle(const Place& place) const override;

    io::Task<Result<std::unique_ptr<JobSite>>> open(Place place, std::string handle) override;

    // Connects; the job finds the connection open.
    io::Task<Result<void>> check(std::shared_ptr<const plan::Job> job, io::StopToken stop) override;

    io::Task<Result<void>> close() override;

  private:
    AgentWorld world_;
    std::shared_ptr<workspace::JobFolderNames> names_;
    std::shared_ptr<SshHosts> hosts_;
    std::shared_ptr<StartTree> start_;
};

} // namespace cirque::exec
