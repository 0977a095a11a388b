// SPDX-License-Identifier: Apache-2.0
// Whether this machine lets Cirque make a sandbox, by making one.
#pragma once

#include "base/result.hh"
#include "exec/sandbox/bwrap.hh"
#include "io/process/process.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

// What bwrap is started with. The descriptors must live until it is.
struct SandboxStart {
    io::SpawnOptions options;
    std::vector<io::UniqueFd> files;
};

Result<SandboxStart> startOf(const SandboxSpec& spec);

// Of the kernel's settings, as their files say them; nullopt: this kernel has none.
struct NamespaceSettings {
    std::optional<std::string> debianClone; // kernel.unprivileged_userns_clone
    std::optional<std::string> most;        // user.max_user_namespaces
    std::optional<std::string> appArmor;    // kernel.apparmor_restrict_unprivileged_userns
};

// What to do when bwrap said this. Pure.
std::string sandboxHint(std::string_view said, const NamespaceSettings& settings);

// Makes the sandbox, lets the agent in it start and end. Root that may have no user namespace of its own (in
// a chroot, in some containers) goes without: false. Whether it may, `bare` tells, the same without the job's
// mounts. Failure: with bwrap's words and what to do.
io::Task<Result<bool>> trySandbox(SandboxSpec spec, SandboxSpec bare, io::StopToken stop);

} // namespace cirque::exec
