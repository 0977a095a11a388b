// SPDX-License-Identifier: Apache-2.0
// One step as a place is asked to run it, and what comes back.
#pragma once

#include "base/ids.hh"
#include "base/outcome.hh"
#include "base/result.hh"
#include "plan/types.hh"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::exec {

// One variable with its value settled. A secret value is redacted from every log of the job.
struct Var {
    std::string name;
    std::string value;
    bool secret = false;
};

using Vars = std::vector<Var>;

// Takes the bytes a step printed (stdout and stderr in their true order).
class OutputSink {
  public:
    virtual ~OutputSink() = default;
    // `late`: a daemon printed it after the step had ended. A failure (disk full) ends the step as
    // Infrastructure.
    virtual Result<void> write(std::string_view bytes, bool late) = 0;

    // Whether the reader should leave further bytes where they are for a while. Those given are taken all the
    // same.
    [[nodiscard]] virtual bool congested() const { return false; }
};

// The environment in layers, so that JOB_ENV can come in between at the place. Later layers of a list win.
struct StepEnv {
    std::vector<Vars> below; // lowest first: caller, CI, workflow envFrom, workflow env, job envFrom, job env
    std::vector<Vars> above; // over JOB_ENV, lowest first: step env, --env, Cirque's own and NEEDS_*
};

struct StepSpec {
    TryRef ref;
    std::string name;
    plan::Step step; // what to run, workdir, path, shell
    StepEnv env;
    // Set for a condition: run as bash without errexit, nounset and pipefail, JOB_ENV applied, no JOB_ENV
    // taken over.
    bool isCondition = false;
    std::string conditionScript;
};

struct StepResult {
    Outcome outcome;
    // $CIRQUE_OUTPUT of this step, in order. Empty for conditions.
    std::vector<std::pair<std::string, std::string>> outputs;
    std::string summary{};        // $CIRQUE_SUMMARY of this step, as it wrote it
    std::string summaryProblem{}; // why the summary could not be taken; changes no outcome
};

} // namespace cirque::exec
