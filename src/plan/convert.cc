// SPDX-License-Identifier: Apache-2.0
#include "plan/convert.hh"

#include "plan/executor-options.hh"

namespace cirque::plan {
namespace {

using namespace convert;

Step step(const Json& json) {
    Step out;
    out.name = text(json, "name", "step");
    if (const Json* build = find(json, "build")) {
        out.action = BuildRun{derivation(*build)};
    } else if (const Json* run = find(json, "run"); run != nullptr && run->is_array()) {
        out.action = ArgvRun{texts(json, "run")};
    } else {
        out.action = BashRun{text(json, "run")};
    }
    out.env = env(json);
    out.path = texts(json, "path");
    out.closure = closure(json);
    out.workdir = text(json, "workdir");
    out.condition = condition(json);
    out.retry = retry(json, "retry");
    out.timeout = duration(json, "timeout");
    out.shell = text(json, "shell", "bash");
    return out;
}

ExecutorRef executor(const Json& json) {
    ExecutorRef out;
    if (const Json* found = find(json, "executor")) {
        out.kind = text(*found, "kind", "local");
        forEach(*found, "options", [&](std::string_view name, const Json& inner) {
            out.options.emplace(name, withoutPositions(inner));
        });
        settlePlace(out.kind, out.options);
    }
    return out;
}

ArtifactInput input(const Json& json) {
    return json.is_object() ? ArtifactInput{text(json, "name"), text(json, "path", ".")}
                            : ArtifactInput{scalar(json), "."};
}

ArtifactOutput output(std::string_view name, const Json& json) {
    if (!json.is_object()) {
        return {std::string(name), scalar(json), false};
    }
    return {std::string(name), text(json, "path"), text(json, "when") == "always"};
}

Report report(const Json& json) {
    Report out;
    if (!json.is_object()) {
        out.path = scalar(json);
        return out;
    }
    out.path = text(json, "path");
    out.step = text(json, "step");
    out.format = text(json, "format");
    out.failOnFailedTests = flag(json, "failOnFailedTests", true);
    return out;
}

Matrix matrix(const Json& json) {
    Matrix out;
    const Json* found = find(json, "matrix");
    if (found == nullptr) {
        return out;
    }
    forEach(*found, "axes", [&](std::string_view name, const Json& inner) {
        MatrixAxis axis{std::string(name), scalars(inner), {}};
        if (inner.is_object()) {
            axis.from = value(inner);
        }
        out.axes.push_back(std::move(axis));
    });
    forEach(*found, "values",
            [&](std::string_view name, const Json& inner) { out.values.emplace_back(name, scalar(inner)); });
    return out;
}

Param param(std::string_view name, const Json& json) {
    Param out;
    out.name = name;
    out.type = text(json, "type", "string");
    if (const Json* fallback = find(json, "default"); fallback != nullptr && !fallback->is_null()) {
        out.defaultValue = scalar(*fallback);
    }
    if (const Json* choices = find(json, "choices")) {
        out.choices = scalars(*choices);
    }
    out.description = text(json, "description");
    return out;
}

} // namespace

Job convertJob(std::string_view name, const Json& json) {
    Job job;
    job.name = name;
    job.system = text(json, "system");
    job.executor = executor(json);
    job.needs = texts(json, "needs");
    job.condition = condition(json);
    forEachElement(json, "steps", [&](const Json& one) { job.steps.push_back(step(one)); });
    job.env = env(json);
    job.envFrom = envFrom(json);
    job.passEnv = passEnv(json);
    forEachElement(json, "inputs", [&](const Json& one) { job.inputs.push_back(input(one)); });
    forEach(json, "outputs",
            [&](std::string_view key, const Json& one) { job.outputs.push_back(output(key, one)); });
    job.results = texts(json, "results");
    forEachElement(json, "reports", [&](const Json& one) { job.reports.push_back(report(one)); });
    job.retry = retry(json, "retry");
    job.jobRetry = retry(json, "jobRetry");
    job.timeout = duration(json, "timeout");
    job.deadline = duration(json, "deadline");
    job.continueOnError = flag(json, "continueOnError", false);
    job.copyRepo = flag(json, "copyRepo", true);
    forEach(json, "services",
            [&](std::string_view key, const Json& one) { job.services.push_back(service(key, one)); });
    if (const Json* machine = find(json, "machine")) {
        job.machine = withoutPositions(*machine);
    }
    job.matrix = matrix(json);
    return job;
}

Plan convertPlan(const Json& document) {
    Plan plan;
    plan.name = text(document, "name");
    plan.env = env(document);
    plan.envFrom = envFrom(document);
    plan.passEnv = passEnv(document);
    forEach(document, "params",
            [&](std::string_view key, const Json& one) { plan.params.push_back(param(key, one)); });
    if (const Json* triggers = find(document, "on")) {
        plan.on = withoutPositions(*triggers);
    }
    plan.retry = retry(document, "retry");
    plan.timeout = duration(document, "timeout");
    plan.deadline = duration(document, "deadline");
    if (const Json* logging = find(document, "logging")) {
        plan.logFormat = text(*logging, "format");
        plan.logLevel = text(*logging, "level");
    }
    forEach(document, "hostTools", [&](std::string_view key, const Json& one) {
        plan.hostTools.push_back({std::string(key), text(one, "name"), texts(one, "programs")});
    });
    forEach(document, "files", [&](std::string_view key, const Json& one) {
        plan.files.push_back({std::string(key), text(one, "name"), text(one, "text"),
                              flag(one, "executable", false), text(one, "program")});
    });
    if (const Json* jobs = find(document, "jobs"); jobs != nullptr && jobs->is_object()) {
        plan.jobs.reserve(jobs->get_object().size());
    }
    forEach(document, "jobs",
            [&](std::string_view key, const Json& one) { plan.jobs.push_back(convertJob(key, one)); });
    return plan;
}

} // namespace cirque::plan
