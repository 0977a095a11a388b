// SPDX-License-Identifier: Apache-2.0
// The words of the step runner: what one step is asked to do and how it ended. A place (exec/<kind>)
// translates its own interface to these, so that every place shares one runner.
#pragma once

#include "base/outcome.hh"
#include "base/result.hh"
#include "plan/types.hh"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::agent {

struct Variable {
    std::string name;
    std::string value;
    bool secret = false; // kept out of the runner's own messages
};

using Variables = std::vector<Variable>;

// Takes what a step printed, in its true order. An error ends the step as Infrastructure.
class Sink {
  public:
    virtual ~Sink() = default;
    // `late`: a process that the step left behind printed it after the step had ended.
    virtual Result<void> write(std::string_view bytes, bool late) = 0;

    // Whether further bytes should stay in the step's pipe for a while.
    [[nodiscard]] virtual bool congested() const { return false; }
};

struct StepRequest {
    int index = 0;     // position of the step in its job; -1 for a job's condition
    int tryNumber = 1; // from 1
    std::string name;
    plan::Step step;
    std::vector<Variables> below; // lowest first, all below JOB_ENV
    std::vector<Variables> above; // lowest first, all above JOB_ENV
    bool isCondition = false;     // run conditionScript instead of the step's action
    std::string conditionScript;
    bool isService = false; // it outlives the steps and gives no outputs
};

using Outputs = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t maxOutputBytes = 1u << 20u;
inline constexpr std::size_t maxSummaryBytes = 1u << 20u; // of $CIRQUE_SUMMARY, which is kept as it is

struct StepEnd {
    Outcome outcome;
    Outputs outputs;            // $CIRQUE_OUTPUT in order; empty for conditions
    std::string summary;        // $CIRQUE_SUMMARY
    std::string summaryProblem; // why it could not be taken; changes no outcome
};

} // namespace cirque::agent
