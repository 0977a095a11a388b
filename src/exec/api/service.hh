// SPDX-License-Identifier: Apache-2.0
// Programs that run beside the steps of a job, as a place is asked to keep them.
#pragma once

#include "exec/api/step.hh"

#include <memory>

namespace cirque::exec {

struct ServiceSpec {
    TryRef ref; // its step says which service it is
    plan::Service service;
    StepEnv env;
};

struct ServiceStart {
    ServiceSpec spec;
    std::shared_ptr<OutputSink> log; // what all its starts print
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

} // namespace cirque::exec
