// SPDX-License-Identifier: Apache-2.0
// What a job says of its container (plan/executor-options.cc).
#pragma once

#include "base/result.hh"
#include "exec/remote/mounts.hh"
#include "plan/types.hh"

#include <string>
#include <utility>
#include <vector>

namespace cirque::exec {

using OciMount = Mount;

struct OciOptions {
    std::string image;
    std::string dockerfile; // relative to the tree
    bool shared = false;
    std::vector<OciMount> mounts;
    std::vector<std::pair<std::string, std::string>> env;
    std::string user;
    std::string network;
    std::string memory;
    std::string cpus;
    std::string pull = "missing";
};

// The options of `executor`. A mount's relative source lies below `tree`. Failure: they exclude each other
// (InvalidPlan), or as mountsOf.
Result<OciOptions> ociOptions(const plan::ExecutorRef& executor, const std::string& tree);

// The same, and whether they fit the rest of the job (InvalidPlan).
Result<void> checkOciOptions(const plan::Job& job, const std::string& tree);

} // namespace cirque::exec
