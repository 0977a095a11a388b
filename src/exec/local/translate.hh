// SPDX-License-Identifier: Apache-2.0
// The words of exec/api in those of the step runner, and back.
#pragma once

#include "agent/service.hh"
#include "agent/step.hh"
#include "exec/api/executor.hh"

namespace cirque::exec {

agent::StepRequest toRequest(StepSpec spec);
StepResult toResult(agent::StepEnd end);
agent::ServiceRequest toRequest(ServiceSpec spec);
std::shared_ptr<agent::Sink> toSink(std::shared_ptr<OutputSink> sink);
std::shared_ptr<agent::ServiceObserver> toObserver(std::shared_ptr<ServiceObserver> observer);

} // namespace cirque::exec
