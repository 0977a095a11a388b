// SPDX-License-Identifier: Apache-2.0
// Which folder a run works on: the git top level of where the person stands, else that folder itself.
// Plain reading of a few small files: no process is started, so a folder without git needs no git installed.
#pragma once

#include "base/result.hh"

#include <optional>
#include <string>

namespace cirque::workspace {

// Where a work tree keeps its repository. Absolute paths. The two differ in a linked worktree only.
struct GitPlace {
    std::string dir;    // HEAD and index
    std::string common; // objects, refs, config

    bool operator==(const GitPlace&) const = default;
};

struct Tree {
    std::string root; // absolute, no symbolic links, no trailing slash
    std::optional<GitPlace> git;
};

// The tree that `folder` belongs to. Variables such as GIT_DIR have no say: only what lies on the disk.
// Failure: `folder` is missing or no folder, or a .git file above it points nowhere (Corrupt). Blocks
// briefly.
Result<Tree> findTree(const std::string& folder);

// The repository whose work tree starts exactly at `root`; nullopt when there is none. Failure as for
// findTree.
Result<std::optional<GitPlace>> findGitAt(const std::string& root);

} // namespace cirque::workspace
