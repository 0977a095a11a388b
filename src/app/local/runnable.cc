// SPDX-License-Identifier: Apache-2.0
#include "plan/runnable.hh"

#include "app/local/asked-jobs.hh"
#include "app/local/executors.hh"
#include "app/local/request.hh"
#include "base/machine.hh"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cirque::app {
namespace {

// One line for each variable whose secret nobody offers.
std::string missingSecrets(const LocalRequest& request) {
    std::string missing;
    const auto look = [&](const plan::Env& env, const std::string& where) {
        for (const plan::EnvEntry& entry : env) {
            if (entry.value.kind == plan::Value::Kind::Secret && !request.secrets.find(entry.value.text)) {
                missing +=
                    fmt::format("\n  {} of {} needs the secret '{}'", entry.name, where, entry.value.text);
            }
        }
    };
    look(request.plan->env, "the workflow");
    const AskedJobs asked(request);
    for (const plan::Job& job : request.plan->jobs) {
        if (!asked.contains(job.name)) {
            continue;
        }
        look(job.env, fmt::format("job '{}'", job.name));
        for (const plan::Step& step : job.steps) {
            look(step.env, fmt::format("step '{}' of job '{}'", step.name, job.name));
        }
        for (const plan::Service& service : job.services) {
            look(service.program.env, fmt::format("service '{}' of job '{}'", service.name(), job.name));
        }
    }
    return missing;
}

// Of the places of the jobs; what this machine lacks for them is found when the run begins.
Result<void> checkPlaces(const LocalRequest& request) {
    std::string wrong;
    std::string hint;
    for (const plan::Job& job : request.plan->jobs) {
        const auto row = std::ranges::find(executorRows(), job.executor.kind, &ExecutorRow::kind);
        if (request.options.settled.contains(job.name) || row == executorRows().end() ||
            row->checkOptions == nullptr) {
            continue;
        }
        const Result<void> able = row->checkOptions(job, request.tree);
        if (!able && able.error().code == ErrorCode::InvalidPlan) {
            wrong += fmt::format("\n  of job '{}', '{}': {}", job.name, row->kind, able.error().text());
            hint = hint.empty() ? able.error().hint : hint;
        }
    }
    return wrong.empty() ? Result<void>{}
                         : fail(ErrorCode::InvalidPlan, "places that cannot be made:" + wrong, hint);
}

// With --only the jobs that others need are left out, and with them what they would have saved.
Result<void> checkOnly(const LocalRequest& request) {
    if (!request.options.only) {
        return {};
    }
    const AskedJobs asked(request);
    std::map<std::string_view, const plan::Job*> producers;
    for (const plan::Job& job : request.plan->jobs) {
        for (const plan::ArtifactOutput& output : job.outputs) {
            if (!asked.contains(job.name) && !request.options.settled.contains(job.name)) {
                producers.emplace(output.name, &job);
            }
        }
    }
    std::string missing;
    for (const plan::Job& job : request.plan->jobs) {
        for (const plan::ArtifactInput& input : job.inputs) {
            if (const auto from = producers.find(input.name);
                from != producers.end() && asked.contains(job.name)) {
                missing += fmt::format("\n  job '{}' takes the artifact '{}', which '{}' would save",
                                       job.name, input.name, from->second->name);
            }
        }
    }
    return missing.empty() ? Result<void>{}
                           : fail(ErrorCode::Usage, "--only leaves out what is taken from:" + missing,
                                  "name those jobs too, or leave --only out");
}

} // namespace

std::vector<std::string> refusedParts(const plan::Plan& plan) {
    std::vector<std::string> out;
    for (const plan::Problem& problem : plan::unsupportedParts(plan, executorKinds(), thisSystem())) {
        out.push_back(plan::describe(std::span(&problem, 1)));
    }
    return out;
}

Result<void> checkRunnable(const LocalRequest& request) {
    if (const std::vector<std::string> refused = refusedParts(*request.plan); !refused.empty()) {
        return fail(ErrorCode::Unsupported,
                    fmt::format("this version cannot run all of the workflow '{}':\n  {}", request.plan->name,
                                fmt::join(refused, "\n  ")));
    }
    CIRQUE_TRY(checkPlaces(request));
    CIRQUE_TRY(checkOnly(request));
    if (const std::string missing = missingSecrets(request); !missing.empty()) {
        return fail(ErrorCode::Usage, "secrets that nobody offers:" + missing,
                    "offer them with --secret NAME (from your environment) or --secret-file FILE");
    }
    return {};
}

} // namespace cirque::app
