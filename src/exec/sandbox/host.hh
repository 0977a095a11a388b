// SPDX-License-Identifier: Apache-2.0
// What of this machine a sandbox shows: looks at the disk and adds it to the specification. All of it blocks.
#pragma once

#include "base/result.hh"
#include "exec/remote/ports.hh"
#include "exec/sandbox/bwrap.hh"
#include "exec/sandbox/options.hh"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

// The system's programs and libraries.
void addPrograms(SandboxSpec& spec);

// The few files of /etc that programs want.
void addEtc(SandboxSpec& spec);

// Where the tools of this machine lie in the Nix store (NixOS), bash among them: the folders of PATH that
// lead there. True: that is so, and the whole store must be seen.
bool addStoreTools(SandboxSpec& spec);

inline constexpr std::string_view usualStore = "/nix/store";

// The store paths, or the whole store: when `whole` names its folder, or when they are too many to be mounted
// one by one.
void addStore(SandboxSpec& spec, const StoreClosure& closure, const std::string& whole);

// The socket of the Nix daemon. Failure (NotFound): there is none.
Result<void> addNixDaemon(SandboxSpec& spec);

// The mounts that the job names. `hidden`: folders that must not be seen. Failure: as resolveMounts.
Result<void> addMounts(SandboxSpec& spec, std::vector<Mount> mounts, std::span<const std::string> hidden);

} // namespace cirque::exec
