// SPDX-License-Identifier: Apache-2.0
// The services of a job at a place that runs a cirque-agent: one call that is under way as long as they run.
#pragma once

#include "exec/api/service.hh"
#include "exec/remote/connection.hh"
#include "io/runtime/runtime.hh"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cirque::exec {

class AgentServices {
  public:
    // `run` and `name` become the names of containers.
    AgentServices(std::shared_ptr<AgentConnection> agent, Millis grace, std::string run, std::string name)
        : agent_(std::move(agent)), grace_(grace), run_(std::move(run)), name_(std::move(name)) {}

    // As JobSite::startServices; then stop must be awaited before this object goes.
    io::Task<Outcome> start(std::vector<ServiceStart> services, std::shared_ptr<ServiceObserver> observer,
                            io::StopToken stop);

    // As JobSite::stopServices; Infrastructure when the place was lost. A second time: Succeeded.
    io::Task<Outcome> stop(io::StopToken stop);

    struct State;

  private:
    io::Task<> serve(std::string request);

    std::shared_ptr<AgentConnection> agent_;
    Millis grace_;
    std::string run_;
    std::string name_;
    std::shared_ptr<State> state_; // null: not started, or over
    io::TaskGroup group_;
    io::StopSource stop_;
};

} // namespace cirque::exec
