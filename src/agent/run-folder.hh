// SPDX-License-Identifier: Apache-2.0
// A run's own folder below a root shared by runs, locked while its process lives, so that what a killed run
// left can be told from what a living one uses, and removed at the next start.
#pragma once

#include "base/result.hh"
#include "io/process/fd.hh"

#include <span>
#include <string>
#include <vector>

namespace cirque::agent {

// Picks and makes the root for private folders (scripts, JOB_ENV, outputs: what may hold secrets): the first
// of `candidates` that lies on a tmpfs, is this user's, and that nobody else may enter. Failure: why each was
// refused.
Result<std::string> openPrivateRoot(std::span<const std::string> candidates);

class RunFolder {
  public:
    // Makes <root>/<name> (mode 0700) and its parents; it is locked before it can be seen under that name.
    // `name` is one component. Failure: it exists, or the system's reason.
    static Result<RunFolder> create(const std::string& root, const std::string& name);

    [[nodiscard]] const std::string& path() const { return path_; }

    // From now on sweep leaves it alone, also after this process has ended.
    Result<void> keep();

    // Removes it with all it holds. Blocks.
    Result<void> remove();

  private:
    RunFolder() = default;
    std::string path_;
    io::UniqueFd lock_;
};

// Whether the process that made the run's folder `path` still lives. Blocks.
bool isHeld(const std::string& path);

// The folders that sweep would remove now. Blocks.
std::vector<std::string> findStale(const std::string& root);

// Removes the folders of runs below `root` whose process is gone, except kept ones. A missing root is fine.
// What cannot be removed is told, a sentence each; it stops nothing. Blocks.
std::vector<std::string> sweep(const std::string& root);

} // namespace cirque::agent
