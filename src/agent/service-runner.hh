// SPDX-License-Identifier: Apache-2.0
// Keeps the services of one attempt of a job: starts them, knows when they are up, starts them again, ends
// them. Each is a tree of its own under a leader, as a step is, but outlives the steps. Of a service that is
// an image the tree is the engine's client; its container is removed whenever that has ended.
#pragma once

#include "agent/engine-client.hh"
#include "agent/prepare.hh"
#include "agent/running.hh"
#include "agent/service-log.hh"
#include "agent/service.hh"
#include "io/process/loopback.hh"
#include "io/runtime/runtime.hh"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cirque::agent {

// What it needs of the step runner, which outlives it.
struct ServiceHost {
    std::function<Result<PreparedStep>(const StepRequest& request)> prepare;
    std::function<Result<Running>(LeaderStart start, std::shared_ptr<Sink> out)> launch;
    std::function<void(io::Task<> task)> spawn;
    AskLoopback ask; // the loopback of the place
    Millis grace{10000};
    // Where the engine of containers is looked for, and what its client is given ("K=V").
    std::string hostPath;
    std::vector<std::string> environment;
};

class ServiceRunner {
  public:
    ServiceRunner(ServiceHost host, std::shared_ptr<ServiceObserver> observer)
        : host_(std::move(host)), observer_(std::move(observer)) {}

    // Starts them in their order, without one waiting for another, and returns when all are up, or with how
    // the first of them failed: Failed when it ended or was not up in time, when something else listens where
    // it should, or when its program is missing. Then, and after a stop (Cancelled, or Failed with timeout
    // set after a deadline), they still are to be stopped. Await once.
    io::Task<Outcome> start(std::vector<ServiceStart> services, io::StopToken stop);

    // Ends those that run, the last one first, each when the one before it is gone: TERM to its tree, grace,
    // KILL; an Immediate stop is KILL to all. Failed: one had ended by itself, badly and for good.
    // Infrastructure: a process did not end. May be called again: then there is nothing to end.
    io::Task<Outcome> stop(io::StopToken stop);

  private:
    struct One;
    using OnePtr = std::shared_ptr<One>;

    Result<OnePtr> prepare(std::size_t index, ServiceStart start);
    io::Task<> keep(OnePtr one);
    io::Task<bool> follow(OnePtr one, Running running);
    [[nodiscard]] bool startsAgain(const One& one) const;
    io::Task<Outcome> refuseTakenPorts(io::StopToken stop);
    io::Task<Outcome> waitReady(OnePtr one, io::StopToken stop);
    io::Task<io::NoAnswer> look(OnePtr one, Millis limit, io::StopToken stop);
    io::Task<io::NoAnswer> askProgram(OnePtr one, Millis limit, io::StopToken stop);
    io::Task<io::NoAnswer> askPorts(OnePtr one, Millis limit, io::StopToken stop);
    io::Task<io::NoAnswer> lookAtLog(OnePtr one);
    [[nodiscard]] std::optional<Outcome> firstEnd() const;
    Result<void> prepareContainer(One& one, const ServiceRequest& request);
    io::Task<Outcome> findImages(io::StopToken stop);
    io::Task<> endClient(OnePtr one, std::shared_ptr<Leader> leader, bool asked);
    io::Task<> removeContainerOf(OnePtr one);
    io::Task<Outcome> outcomeOfContainer(OnePtr one, Outcome outcome);
    void tell(const One& one, ServiceState state);

    ServiceHost host_;
    std::shared_ptr<ServiceObserver> observer_;
    std::vector<OnePtr> services_;
    std::optional<EngineClient> engine_; // once a service is an image
    bool stopping_ = false;
};

} // namespace cirque::agent
