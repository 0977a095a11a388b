// SPDX-License-Identifier: Apache-2.0
// The program that makes containers, podman or docker, and how containers of Cirque are told from others.
#pragma once

#include "base/result.hh"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::agent {

struct Engine {
    std::string path; // absolute
    std::string name; // "podman" or "docker"

    [[nodiscard]] bool isPodman() const { return name == "podman"; }
};

// podman when `path` (the form of PATH) has it, else docker; docker first when the environment ("K=V") names
// its daemon (DOCKER_HOST, DOCKER_CONTEXT). Failure: MissingTool.
Result<Engine> findEngine(const std::string& path, const std::vector<std::string>& environment);

// Labels of every container: the state folder whose run made it, and the run.
inline constexpr std::string_view containerStateLabel = "io.cirque.state";
inline constexpr std::string_view containerRunLabel = "io.cirque.run";

// Both as "KEY=VALUE". Without `stateDir` no sweep finds it: it is on a machine where others may have a
// folder of that name.
std::vector<std::string> containerLabels(std::string_view run, std::string_view stateDir);

// Name of a container of this run; `part` is its own in the run.
std::string containerName(std::string_view run, std::string_view part);

// The same of a service's container, by its number in the job; whether a name is that of one.
std::string serviceContainerName(std::string_view run, std::string_view job, std::size_t service);
bool isOfService(std::string_view name);

// The run of a container by its name; empty when it is none of Cirque's.
std::string runOfContainer(std::string_view name);

// Whether an image's name leaves its registry open ("node:20").
bool lacksRegistry(std::string_view image);

// Such a name as one of Docker Hub: docker takes it for that; podman does only where somebody told it to.
std::string nameAtHub(const std::string& image);

// Ends and removes containers in whatever state they are.
std::vector<std::string> removeContainers(const Engine& engine, const std::vector<std::string>& names);

// Whether what the engine said of a removal is that there is no such container.
bool saysNoContainer(std::string_view words);

} // namespace cirque::agent
