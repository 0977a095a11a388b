// SPDX-License-Identifier: Apache-2.0
// What a plan says of a place of kind "nspawn", and whether this machine has what it needs.
#pragma once

#include "base/result.hh"
#include "exec/remote/mounts.hh"
#include "plan/types.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

struct NspawnOptions {
    std::string rootfs; // a folder with a root file system; empty: `system` is given
    std::string system; // a NixOS system in the store
    bool boot = false;  // always with `system`
    bool network = false;
    std::vector<Mount> mounts;
};

// Failure: what is missing or not there (InvalidPlan, NotFound), with a hint.
Result<NspawnOptions> nspawnOptions(const plan::Job& job, std::string_view tree);

// Looks at the file system that is named: whether it is one, and has bash and (to boot) an init. Blocks, but
// not for long. Failure: what is missing, with a hint.
Result<void> checkRoot(const NspawnOptions& options);

} // namespace cirque::exec
