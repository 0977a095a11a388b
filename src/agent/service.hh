// SPDX-License-Identifier: Apache-2.0
// The words of the service runner: what it is asked to keep running beside the steps, and what it tells.
#pragma once

#include "agent/step.hh"
#include "plan/service.hh"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace cirque::agent {

// The container of a service that is an image.
struct ContainerPlace {
    std::string name;                // no other has it
    std::vector<std::string> labels; // "KEY=VALUE": how it is found when everybody who knew of it is gone
    std::string network{};           // of the engine; empty: its own, its ports are published on loopback
    bool operator==(const ContainerPlace&) const = default;
};

// Plain data, so that it can travel to another place.
struct ServiceRequest {
    plan::Service service;
    std::vector<Variables> below; // as in StepRequest
    std::vector<Variables> above;
    ContainerPlace container{}; // only of an image
};

enum class ServiceState {
    Started, // also: started again
    Ready,
    Failing, // it ended and is started again
    Ended,   // by itself, for good
    Stopped, // as it was asked to
};

struct ServiceNews {
    std::size_t service = 0; // its position in the list
    ServiceState state = ServiceState::Started;
    Outcome outcome; // Failing, Ended: how; Stopped: Cancelled
};

// Called on the loop; must not block.
class ServiceObserver {
  public:
    virtual ~ServiceObserver() = default;
    virtual void onService(const ServiceNews& news) = 0;
};

struct ServiceStart {
    ServiceRequest request;
    std::shared_ptr<Sink> log; // what all its starts print
};

} // namespace cirque::agent
