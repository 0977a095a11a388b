// SPDX-License-Identifier: Apache-2.0
// Folders of this machine that are seen at a place, as its options name them ("mount" in
// plan/executor-options.cc).
#pragma once

#include "base/json.hh"
#include "base/result.hh"
#include "exec/remote/world.hh"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

struct Mount {
    std::string source; // on this machine, absolute
    std::string target; // at the place, absolute, without "." and ".."
    bool write = false;
    std::string tree = {}; // given as a path in this one, so it must not lead out of it; empty: anywhere
};

// Those under `key` of a place's options, in their order; none is fine. A source that is not absolute lies
// below `tree`. Failure: a source that is not there (NotFound), a target that is no path to mount at
// (InvalidPlan).
Result<std::vector<Mount>> mountsOf(const JsonObject& options, std::string_view key, std::string_view tree);

// Failure (InvalidPlan): one would hide a folder of `own`, or lie in it: those that Cirque has at the place.
Result<void> checkTargets(std::span<const Mount> mounts, std::string_view key,
                          std::span<const std::string_view> own);

// Replaces their sources by where those lead, so that nothing else is mounted than was looked at.
// Failure: one is not there (NotFound); one leads out of its tree, is a folder of `hidden`, or lies in it, or
// it lies there (Permission), whatever links are on either way; a device that is not to be written
// (InvalidPlan): no mount keeps that. Blocks.
Result<void> resolveMounts(std::vector<Mount>& mounts, std::span<const std::string> hidden);

// Where runs keep what may be secret, those of others too: what no mount may show.
std::vector<std::string> hiddenFolders(const AgentWorld& world);

} // namespace cirque::exec
