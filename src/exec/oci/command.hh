// SPDX-License-Identifier: Apache-2.0
// The command lines of podman-run(1), podman-exec(1) and their docker namesakes. Pure.
#pragma once

#include "agent/engine.hh"
#include "exec/oci/options.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

// Paths inside.
inline constexpr std::string_view ociAgent = "/cirque/bin/cirque-agent";
inline constexpr std::string_view ociLeader = "/cirque/bin/cirque-leader";
inline constexpr std::string_view ociJobs = "/cirque/jobs";
inline constexpr std::string_view ociScratch = "/cirque/run"; // a tmpfs

using OciTool = agent::Engine;

struct OciContainer {
    std::string name;
    std::string run;
    std::string stateDir;
    std::string image;            // as the tool knows it: an id
    std::string agent;            // programs on this machine
    std::string leader;           //
    OciMount jobs;                // a job's folder, or that of the jobs which share it
    std::vector<OciMount> mounts; // others of Cirque's own: the store, git objects
    std::string path;             // PATH; empty: the image's
    bool labelled = false;        // the machine has SELinux: its labels would hide the mounts
    OciOptions options;

    // With its first process. Not one with a limit of memory: it is asked afterwards whether that ended it.
    [[nodiscard]] bool removesItself() const { return options.memory.empty(); }
};

// Starts the container with an agent as its first process, and stays until that ends.
std::vector<std::string> ociRun(const OciTool& tool, const OciContainer& container);

// Builds the image of a Dockerfile. Of a container's options `network` and `pull` hold for its instructions
// too. Failure (InvalidPlan): the tool has no such thing.
Result<std::vector<std::string>> ociBuild(const OciTool& tool, const OciOptions& options,
                                          const std::string& file);

// One more agent in a container.
std::vector<std::string> ociExec(const OciTool& tool, const OciContainer& container);

// What `container inspect` is asked for, and what its answer says of a container whose agent is lost; empty:
// nothing.
inline constexpr std::string_view ociStateFormat =
    "{{.State.OOMKilled}} {{.State.Running}} {{.State.ExitCode}} {{.State.Paused}}";
std::string whyOciEnded(const OciTool& tool, const OciContainer& container, std::string_view state);

} // namespace cirque::exec
