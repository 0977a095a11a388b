// SPDX-License-Identifier: Apache-2.0
// Folders of this machine that are seen at a place, as its options name them ("mount" in
// plan/executor-options.cc).
#pragma once

#include "base/json.hh"
#include "base/result.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

struct Mount {
    std::string source; // on this machine, absolute
    std::string target; // at the place, absolute, without "." and ".."
    bool write = false;
};

// Those under `key` of a place's options, in their order; none is fine. A source that is not absolute lies
// below `tree`. Failure: a source that is not there (NotFound), a target that is no path to mount at
// (InvalidPlan).
Result<std::vector<Mount>> mountsOf(const JsonObject& options, std::string_view key, std::string_view tree);

// Failure (Permission): one of them is `hidden`, a folder of this machine, or lies in it, or it lies there.
Result<void> refuseShowing(const std::vector<Mount>& mounts, std::string_view hidden);

} // namespace cirque::exec
