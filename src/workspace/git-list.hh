// SPDX-License-Identifier: Apache-2.0
// Asks git which files of a work tree are tracked, or untracked and not ignored.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <string>
#include <vector>

namespace cirque::workspace {

struct GitListing {
    std::string paths;                // each ended by a NUL; a repository within ends in a slash
    std::vector<std::string> notices; // what git warned about, such as a folder that it may not read
};

// One git process that takes no lock and writes nothing. Failure: MissingTool without git, Process with git's
// own words (for example "dubious ownership"). Stop: git is ended and the listing is whatever came.
io::Task<Result<GitListing>> listGitFiles(std::string root, io::StopToken stop);

} // namespace cirque::workspace
