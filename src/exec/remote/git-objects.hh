// SPDX-License-Identifier: Apache-2.0
// The .git of a job's folder borrows the objects of the caller's repository: a place that does not show the
// whole disk must show those folders, and one that shows none of it needs the objects themselves.
#pragma once

#include <string>
#include <vector>

namespace cirque::exec {

// The repositories at `folder` and below it (submodules) that borrow objects: paths of their .git folders;
// none when `folder` is no repository. Blocks.
std::vector<std::string> borrowersAt(const std::string& folder);

// The folders of objects on this machine that repositories at `folder` and below it borrow from
// (gitrepository-layout(5), objects/info/alternates), absolute; none when `folder` is no repository. Blocks.
std::vector<std::string> gitObjectsOf(const std::string& folder);

} // namespace cirque::exec
