// SPDX-License-Identifier: Apache-2.0
// Opening folders of a tree without being led out of it, by a link or by a mount. For the walks that remove a
// tree or change its owners.
#pragma once

#include "io/process/fd.hh"

#include <string>

namespace cirque::io {

// The folder `name` (one component, or a path that is trusted but for its last) of `parent`, to read it or,
// with `handleOnly`, as a handle (O_PATH). Empty: errno says why, EXDEV that something is mounted there.
UniqueFd openOnSameMount(int parent, const std::string& name, bool handleOnly = false);

} // namespace cirque::io
