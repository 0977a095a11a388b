// SPDX-License-Identifier: Apache-2.0
// The bubblewrap command line of one sandbox (bwrap(1), 0.8). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

// Paths inside.
inline constexpr std::string_view sandboxAgent = "/run/cirque/bin/cirque-agent";
inline constexpr std::string_view sandboxLeader = "/run/cirque/bin/cirque-leader";
inline constexpr std::string_view sandboxTools = "/run/cirque/tools";
inline constexpr std::string_view sandboxPrivate = "/run/cirque/private";

struct SandboxSpec {
    std::string name;   // of the job's folder, one component
    std::string folder; // the job's folder on this machine
    std::string agent;  // programs on this machine
    std::string leader;
    std::string hostPath;                 // PATH inside
    bool network = false;                 // whether it shares this machine's network
    std::vector<std::string> environment; // of bwrap itself, "K=V"
};

std::string sandboxJobFolder(std::string_view name);

std::vector<std::string> bwrapCommand(const SandboxSpec& spec);

} // namespace cirque::exec
