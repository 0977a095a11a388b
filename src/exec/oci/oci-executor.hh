// SPDX-License-Identifier: Apache-2.0
// Executor kind "oci": jobs run in containers of podman or docker, one for each job or one for all with the
// same options.
#pragma once

#include "exec/api/executor.hh"
#include "exec/oci/engine.hh"
#include "exec/oci/images.hh"
#include "exec/oci/shared-containers.hh"
#include "exec/remote/world.hh"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cirque::exec {

// Which engine, of which daemon, an executor in this world uses: one line, empty when there is none.
std::string ociReach(const AgentWorld& world);

class OciExecutor : public Executor {
  public:
    // One for a run. What `world` refers to must outlive it and its sites.
    explicit OciExecutor(AgentWorld world);

    [[nodiscard]] std::string_view kind() const override { return "oci"; }

    [[nodiscard]] Capabilities capabilities() const override { return {world_.system}; }

    // {"folder", "container", "state"}: the job's folder on this machine, the container's name, and the value
    // of its label io.cirque.state.
    [[nodiscard]] std::string handle(const Place& place) const override;

    io::Task<Result<std::unique_ptr<JobSite>>> open(Place place, std::string handle) override;
    io::Task<Result<void>> check(std::shared_ptr<const plan::Job> job, io::StopToken stop) override;
    io::Task<Result<std::vector<std::string>>> sweep(io::StopToken stop) override;
    io::Task<Result<void>> close() override;

  private:
    [[nodiscard]] std::string sharedName(const plan::Job& job) const;
    io::Task<Result<void>> findEngine(io::StopToken stop);
    io::Task<Result<void>> tryOne(io::StopToken stop);

    AgentWorld world_;
    std::string root_; // of the jobs' folders
    std::shared_ptr<workspace::JobFolderNames> names_;
    std::shared_ptr<std::map<std::string, int>> shared_; // options -> number of their container
    std::shared_ptr<const OciEngine> engine_;            // that answered
    std::vector<std::string> leftovers_; // names of this state folder's containers, at the start
    std::shared_ptr<OciImages> images_;
    std::shared_ptr<SharedContainers> containers_;
};

} // namespace cirque::exec
