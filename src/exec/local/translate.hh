// SPDX-License-Identifier: Apache-2.0
// The words of exec/api in those of the step runner, and back.
#pragma once

#include "agent/step.hh"
#include "exec/api/executor.hh"

namespace cirque::exec {

agent::StepRequest toRequest(StepSpec spec);
StepResult toResult(agent::StepEnd end);

} // namespace cirque::exec
