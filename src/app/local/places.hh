// SPDX-License-Identifier: Apache-2.0
// The places of a local run and what they stand on: the snapshot of the tree, the run's work folder, its
// artifacts and its private folder in memory. The engine's ExecutorSet.
#pragma once

#include "app/local/request.hh"
#include "engine/api/ports.hh"
#include "history/layout.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::app {

class ClosuresPort;

class Places : public engine::ExecutorSet {
  public:
    // `request` outlives it.
    Places(const LocalRequest& request, history::RunFolder folder);
    ~Places() override;

    // Takes the snapshot when a job wants one, and makes the private folder; removes what dead runs left.
    // Failure and stop: the run cannot begin.
    io::Task<Result<void>> prepare(io::StopToken stop);

    // Of this run, after prepare: job folders, the snapshot, roots in the store. Goes away with close.
    [[nodiscard]] const std::string& workFolder() const;

    // Of this run, from the start; to be attached before the first job.
    [[nodiscard]] ClosuresPort& closures() const;

    // What a person should know after prepare.
    [[nodiscard]] const std::vector<std::string>& notices() const;

    // Removes the work folder (unless the run keeps it) and the private folder. Whatever cannot be removed is
    // left to the next run's prepare.
    io::Task<> close();

    [[nodiscard]] exec::Executor* find(std::string_view kind) const override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace cirque::app
