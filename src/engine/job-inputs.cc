// SPDX-License-Identifier: Apache-2.0
#include "engine/job-inputs.hh"

#include "base/text.hh"
#include "engine/needs.hh"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace cirque::engine {
namespace {

// By variable: the job whose result it is. Members of a matrix are known only now, so the plan's checks have
// not seen their names.
using Givers = std::map<std::string, std::string>;

void addNeeds(JobInputs& inputs, Givers& givers, const JobState& need) {
    const std::string prefix = "NEEDS_" + sanitizeEnvName(need.job->name) + "_";
    for (const auto& [name, value] : need.results) {
        std::string variable = prefix + sanitizeEnvName(name);
        const auto [giver, isNew] = givers.emplace(variable, need.job->name);
        if (!isNew) {
            inputs.collision =
                Error{ErrorCode::Provider,
                      fmt::format("result '{}' of job '{}' and one of job '{}' would both be {}", name,
                                  need.job->name, giver->second, variable),
                      "rename one of them: in a variable all but letters and digits is '_'",
                      {}};
        }
        inputs.needs.push_back({std::move(variable), value, false});
        if (isBuilt(*need.job, name, value)) {
            inputs.storePaths.push_back(value);
        }
    }
}

void addReferences(std::set<std::pair<std::string, std::string>>& wanted, const plan::Env& env) {
    for (const plan::EnvEntry& entry : env) {
        if (entry.value.kind == plan::Value::Kind::Result) {
            wanted.emplace(entry.value.job, entry.value.text);
        }
    }
}

} // namespace

JobInputs jobInputs(const RunMachine& machine, const plan::Plan& plan, int job) {
    const JobState& self = machine.at(job);
    JobInputs inputs;
    Givers givers;
    for (const int need : self.needs) {
        addNeeds(inputs, givers, machine.at(need));
        for (const int member : machine.at(need).members) {
            addNeeds(inputs, givers, machine.at(member));
        }
    }
    std::set<std::pair<std::string, std::string>> wanted;
    addReferences(wanted, plan.env);
    addReferences(wanted, self.job->env);
    for (const plan::Step& step : self.job->steps) {
        addReferences(wanted, step.env);
    }
    for (const plan::Service& service : self.job->services) {
        addReferences(wanted, service.program.env);
    }
    for (const auto& [source, name] : wanted) {
        const int index = machine.find(source);
        if (index < 0) {
            continue;
        }
        for (const auto& [result, value] : machine.at(index).results) {
            if (result == name) {
                inputs.references.push_back({{source, name}, value});
                if (isBuilt(*machine.at(index).job, name, value)) {
                    inputs.storePaths.push_back(value);
                }
            }
        }
    }
    std::ranges::sort(inputs.storePaths);
    inputs.storePaths.erase(std::ranges::unique(inputs.storePaths).begin(), inputs.storePaths.end());
    return inputs;
}

exec::Vars jobVars(const RunId& run, const plan::Plan& plan, const plan::Job& job) {
    exec::Vars vars{{"CIRQUE", "1"},
                    {"CIRQUE_RUN_ID", run.text()},
                    {"WORKFLOW_NAME", plan.name},
                    {"WORKFLOW_ID", run.text()},
                    {"JOB_NAME", job.name}};
    for (const auto& [axis, value] : job.matrix.values) {
        vars.push_back({"MATRIX_" + sanitizeEnvName(axis), value, false});
    }
    return vars;
}

} // namespace cirque::engine
