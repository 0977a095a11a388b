// SPDX-License-Identifier: Apache-2.0
// The command lines of podman or docker for a service that is a container. Pure.
#pragma once

#include "agent/engine.hh"
#include "agent/service.hh"

#include <string>
#include <vector>

namespace cirque::agent {

// Of these only the service's own go into its container. Secret values are left to the engine's environment.
struct ContainerStart {
    Engine engine;
    ContainerPlace place;
    plan::Service service;
    std::string image; // as the engine knows it: an id
    Variables variables;
};

// The service's own variables with the values that the layers of `request` give them.
Variables variablesOf(const ServiceRequest& request);

// Starts the container and stays until it ends, with its status; 125 to 127 may be the engine's own.
std::vector<std::string> runContainer(const ContainerStart& start);

// Runs the command of a service's readiness in its container. A script is run by bash, or by the image's sh.
std::vector<std::string> execInContainer(const Engine& engine, const std::string& name,
                                         const plan::ReadyExec& command);

// Arguments of the engine. The signal that the image asks for (else TERM), `grace`, KILL.
std::vector<std::string> stopContainer(const std::string& name, Millis grace);

// Arguments of the engine. Prints "false 7" of one that ended with 7.
std::vector<std::string> inspectContainer(const std::string& name);

} // namespace cirque::agent
