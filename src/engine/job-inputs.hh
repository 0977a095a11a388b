// SPDX-License-Identifier: Apache-2.0
// What a job gets from the jobs before it and from Cirque itself, as variables, and what of it must be in the
// store. Pure.
#pragma once

#include "engine/api/ports.hh"
#include "engine/run-machine.hh"

namespace cirque::engine {

struct JobInputs {
    EnvSource::Results references; // every {result} that the job's environment may name and that exists
    exec::Vars needs; // NEEDS_<JOB>_<NAME> of the direct needs; of a matrix: those of its members
    std::vector<std::string> storePaths{}; // among those values: what build steps made
    std::optional<Error> collision{};      // two results would be one variable: the job must not start
};

JobInputs jobInputs(const RunMachine& machine, const plan::Plan& plan, int job);

// CIRQUE, CIRQUE_RUN_ID, WORKFLOW_NAME, WORKFLOW_ID, JOB_NAME and MATRIX_<AXIS>: the same for each step of
// the job.
exec::Vars jobVars(const RunId& run, const plan::Plan& plan, const plan::Job& job);

} // namespace cirque::engine
