// SPDX-License-Identifier: Apache-2.0
// Builds of images under way. podman works in containers that bear no label, are not in its list, and stay,
// with what a RUN has started, when it is killed; so a build is written down before it begins, and bears a
// mark. docker's daemon sees to its builds itself.
#pragma once

#include "exec/oci/engine.hh"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cirque::exec {

class OciBuilds {
  public:
    // `stateDir`: Cirque's own folder; `run`: the name of a run's folder below its work.
    OciBuilds(std::string stateDir, std::string run) : stateDir_(std::move(stateDir)), run_(std::move(run)) {}

    // Writes down that a build begins; its name.
    Result<std::string> begin();

    // Its file-system scratch, which goes with it: what the tool's TMPDIR should be.
    [[nodiscard]] std::string scratch(const std::string& build) const { return folder() + '/' + build; }

    // What the tool's `build` is told besides, so that the build is found again.
    [[nodiscard]] static std::vector<std::string> marks(const OciTool& tool, const std::string& build);

    // After the tool has ended: removes what is left unless it ended `well`, and forgets the build.
    io::Task<Result<void>> end(std::shared_ptr<const OciEngine> engine, std::string build, bool well);

    // Removes what builds of runs that are gone have left. What could not be removed is told.
    io::Task<std::vector<std::string>> sweep(std::shared_ptr<const OciEngine> engine);

  private:
    [[nodiscard]] std::string folder() const { return stateDir_ + "/oci"; }

    [[nodiscard]] std::vector<std::string> findDead() const;
    [[nodiscard]] Result<void> forget(const std::string& build) const;

    std::string stateDir_;
    std::string run_;
    int builds_ = 0;
};

} // namespace cirque::exec
