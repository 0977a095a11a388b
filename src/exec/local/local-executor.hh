// SPDX-License-Identifier: Apache-2.0
// Executor kind "local": jobs run on this machine as this user, each in a folder of its own. No isolation
// beyond that.
#pragma once

#include "agent/orphans.hh"
#include "exec/api/executor.hh"
#include "exec/local/ports.hh"
#include "workspace/job-names.hh"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

struct LocalOptions {
    std::string workRoot;    // of this run: a job's folder is <workRoot>/jobs/<its name, sanitised>
    std::string privateRoot; // of this run, on a tmpfs, 0700
    std::string leader;      // path of cirque-leader
    std::string bash;        // path of bash; empty: none on this machine
    std::string hostPath;    // the caller's PATH: where host tools are looked for
    std::string system;      // "x86_64-linux"
    std::string stateDir;    // Cirque's own folder: how containers of services are found again
    std::vector<std::string> environment;        // the caller's, "K=V": for the engine of containers
    std::shared_ptr<agent::LeaderSet> leaders{}; // one for the process; null: one is made
    Millis grace{10000};
    bool keep = false; // leave the jobs' folders
};

struct LocalFolders {
    std::string job;
    std::string secret; // the private one
    std::string tools;
};

class LocalExecutor : public Executor {
  public:
    // One for a run. The ports must outlive it and its sites.
    LocalExecutor(LocalOptions options, Workspaces& workspaces, Artifacts& artifacts);

    [[nodiscard]] std::string_view kind() const override { return "local"; }

    [[nodiscard]] Capabilities capabilities() const override { return {options_->system}; }

    // {"folder", "private", "tools"}: the absolute folders of the attempt. Each call takes a folder name that
    // no other open attempt has.
    [[nodiscard]] std::string handle(const Place& place) const override;

    // Creates nothing yet. Failure: a handle that is not one of these (Corrupt).
    io::Task<Result<std::unique_ptr<JobSite>>> open(Place place, std::string handle) override;

    // Removes what a handle of a dead run names. Blocks.
    static Result<void> removeLeftovers(std::string_view handle);

  private:
    std::shared_ptr<const LocalOptions> options_;
    Workspaces& workspaces_;
    Artifacts& artifacts_;
    std::shared_ptr<agent::LeaderSet> leaders_;
    std::shared_ptr<workspace::JobFolderNames> names_;
    mutable std::map<std::string, LocalFolders> made_; // by handle; not yet opened
};

} // namespace cirque::exec
