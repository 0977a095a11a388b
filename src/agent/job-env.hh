// SPDX-License-Identifier: Apache-2.0
// The file $JOB_ENV of one job: it exists from the start, outside the work tree, and what it says is kept as
// data. Reading it means running a shell (the runner does that); this unit knows when, and with what.
#pragma once

#include "agent/env.hh"
#include "base/result.hh"

#include <string>

namespace cirque::agent {

inline constexpr std::size_t maxJobEnvBytes = 4u << 20u;

class JobEnv {
  public:
    // `folder` is the job's private folder, open as `folderFd` for as long as this object lives.
    JobEnv(std::string folder, int folderFd) : folder_(std::move(folder)), folderFd_(folderFd) {}

    // Makes the empty file. Fails when it exists.
    Result<void> create();

    [[nodiscard]] std::string path() const { return folder_ + "/JOB_ENV"; }

    // True when the file's bytes are not those seen last. A file that is gone reads as empty and is made
    // again. Error: the step put something else in its place, or wrote more than maxJobEnvBytes.
    Result<bool> changed();

    // The command whose standard output is the environment after reading the file, as `env -0` writes it. The
    // shell reads a copy, so that a process the step left cannot change it meanwhile. `names`: see diffEnv;
    // `env` is the path of that program.
    Result<std::vector<std::string>> command(const std::string& bash, const std::string& env,
                                             const std::vector<std::string>& names);

    // What a person should read of the shell's complaint: the copy's path becomes "JOB_ENV".
    [[nodiscard]] std::string readable(std::string_view complaint) const;

    void accept(EnvChange change) { change_ = std::move(change); }

    [[nodiscard]] const EnvChange& change() const { return change_; }

  private:
    [[nodiscard]] std::string copyPath() const { return folder_ + "/JOB_ENV.read"; }

    std::string folder_;
    int folderFd_;
    std::string seen_;
    EnvChange change_;
};

} // namespace cirque::agent
