// SPDX-License-Identifier: Apache-2.0
// Executor kind "nspawn": each job runs in a machine of systemd-nspawn on this one, which stands on a root
// file system that it cannot change, and is thrown away with the job.
#pragma once

#include "exec/api/executor.hh"
#include "exec/nspawn/options.hh"
#include "exec/nspawn/registry.hh"
#include "exec/remote/world.hh"

#include <memory>
#include <set>
#include <string>

namespace cirque::exec {

class NspawnExecutor : public Executor {
  public:
    // One for a run. What `world` refers to must outlive it and its sites.
    explicit NspawnExecutor(AgentWorld world);

    [[nodiscard]] std::string_view kind() const override { return "nspawn"; }

    [[nodiscard]] Capabilities capabilities() const override { return {world_.system}; }

    // {"folder", "machine"}: the job's folder on this machine, and the machine's name, which no other ever
    // has.
    [[nodiscard]] std::string handle(const Place& place) const override;

    io::Task<Result<std::unique_ptr<JobSite>>> open(Place place, std::string handle) override;

    // Root, the programs, the root file system, on which a machine is started that does nothing. Without any
    // options: whether there can be machines at all.
    io::Task<Result<void>> check(std::shared_ptr<const plan::Job> job, io::StopToken stop) override;

    io::Task<Result<std::vector<std::string>>> sweep(io::StopToken stop) override;

  private:
    [[nodiscard]] std::string nextMachine(std::string_view name) const;
    io::Task<Result<void>> tryIt(std::string root, io::StopToken stop);
    io::Task<Result<void>> tryEmpty(io::StopToken stop);

    AgentWorld world_;
    NspawnRegistry registry_;
    std::shared_ptr<workspace::JobFolderNames> names_;
    std::shared_ptr<int> machines_; // how many there were
    std::set<std::string> tried_;   // roots on which a machine has run
};

} // namespace cirque::exec
