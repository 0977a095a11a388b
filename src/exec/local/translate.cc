// SPDX-License-Identifier: Apache-2.0
#include "exec/local/translate.hh"

namespace cirque::exec {

namespace {

std::vector<agent::Variables> toLayers(std::vector<Vars> layers) {
    std::vector<agent::Variables> out;
    out.reserve(layers.size());
    for (Vars& layer : layers) {
        agent::Variables& variables = out.emplace_back();
        variables.reserve(layer.size());
        for (Var& var : layer) {
            variables.push_back({std::move(var.name), std::move(var.value), var.secret});
        }
    }
    return out;
}

} // namespace

agent::StepRequest toRequest(StepSpec spec) {
    agent::StepRequest request;
    request.index = spec.ref.step;
    request.tryNumber = spec.ref.tryNumber;
    request.name = std::move(spec.name);
    request.step = std::move(spec.step);
    request.below = toLayers(std::move(spec.env.below));
    request.above = toLayers(std::move(spec.env.above));
    request.isCondition = spec.isCondition;
    request.conditionScript = std::move(spec.conditionScript);
    return request;
}

StepResult toResult(agent::StepEnd end) {
    StepResult result;
    result.outcome = std::move(end.outcome);
    result.outputs = std::move(end.outputs);
    result.summary = std::move(end.summary);
    result.summaryProblem = std::move(end.summaryProblem);
    return result;
}

} // namespace cirque::exec
