// SPDX-License-Identifier: Apache-2.0
// Executor kind "sandbox": jobs run on this machine in namespaces of their own (bubblewrap), see only what
// they need of it, and write nothing but their folder. docs/guide/sandbox.md says what is seen.
#pragma once

#include "exec/api/executor.hh"
#include "exec/remote/world.hh"
#include "exec/sandbox/bwrap.hh"
#include "exec/sandbox/options.hh"

#include <set>

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

    // Makes a sandbox like the job's; once for each set of options.
    io::Task<Result<void>> check(std::shared_ptr<const plan::Job> job, io::StopToken stop) override;

  private:
    [[nodiscard]] SandboxSpec spec(const SandboxOptions& options) const;

    AgentWorld world_;
    std::shared_ptr<workspace::JobFolderNames> names_;
    std::string bwrap_; // empty: it is not there
    bool userNamespace_ = true;
    std::set<std::string> tried_; // options that work, as JSON
};

} // namespace cirque::exec
