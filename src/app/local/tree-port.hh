// SPDX-License-Identifier: Apache-2.0
// What the local executor asks of the run: job folders from the snapshot of the tree, and the run's
// artifacts.
#pragma once

#include "artifact/store.hh"
#include "exec/local/ports.hh"
#include "plan/types.hh"
#include "workspace/snapshot.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::app {

class TreePort : public exec::Workspaces {
  public:
    // `tree` is the caller's work tree, `workRoot` a folder of the run that goes away with it.
    TreePort(const plan::Plan& plan, std::string tree, std::string workRoot);
    ~TreePort() override;

    // Takes the snapshot when a job of the plan copies the tree. Failure and stop as Snapshot::take.
    io::Task<Result<void>> prepare(io::StopToken stop);

    // After prepare: whether jobs are given what the tree was then.
    [[nodiscard]] bool hasSnapshot() const { return usesLeft_ != 0; }

    [[nodiscard]] const std::vector<std::string>& notices() const { return snapshot_.notices(); }

    io::Task<Result<void>> make(std::string path, bool copyRepo, io::StopToken stop) override;

  private:
    std::string tree_;
    std::string workRoot_;
    workspace::Snapshot snapshot_;
    int usesLeft_ = 0; // how often the plan may still ask for a copy; -1: nobody knows
    int usesNow_ = 0;
};

class ArtifactPort : public exec::Artifacts {
  public:
    explicit ArtifactPort(std::string root) : store_(std::move(root)) {}

    io::Task<Result<void>> restore(std::string name, std::string folder, std::string path,
                                   io::StopToken stop) override;
    io::Task<Result<exec::CollectedArtifact>> save(std::string name, std::string folder, std::string path,
                                                   io::StopToken stop) override;
    io::Task<Result<std::string>> locate(std::string name) override;
    io::Task<Result<void>> takeOver(std::string name, std::string root, std::string sha256,
                                    io::StopToken stop) override;

  private:
    artifact::ArtifactStore store_;
};

} // namespace cirque::app
