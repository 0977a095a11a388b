// SPDX-License-Identifier: Apache-2.0
#include "plan/condition.hh"
#include "plan/duration.hh"
#include "plan/parse.hh"
#include "plan/to-json-parts.hh"

namespace cirque::plan {
namespace {

using parts::putClosure;
using parts::putEnv;
using parts::putText;
using parts::putTexts;
using parts::toJson;

Json toJson(const EnvProvider& provider) {
    JsonObject out{{"kind", provider.kindName}};
    switch (provider.kind) {
    case EnvProvider::Kind::File:
        out["path"] = provider.path;
        if (provider.required) {
            out["required"] = true;
        }
        break;
    case EnvProvider::Kind::Static: {
        JsonObject values;
        for (const auto& [name, value] : provider.values) {
            values[name] = value;
        }
        out["values"] = std::move(values);
        break;
    }
    case EnvProvider::Kind::Required:
        out["names"] = toJson(provider.names);
        break;
    case EnvProvider::Kind::Other:
        if (provider.options.is_object()) {
            for (const auto& [key, value] : provider.options.get_object()) {
                out[key] = value;
            }
        }
        break;
    }
    if (provider.secrets) {
        out["secrets"] = true;
    }
    return out;
}

void putEnvFrom(JsonObject& out, const std::vector<EnvProvider>& providers) {
    if (!providers.empty()) {
        JsonArray array;
        for (const EnvProvider& provider : providers) {
            array.push_back(toJson(provider));
        }
        out["envFrom"] = std::move(array);
    }
}

void putPassEnv(JsonObject& out, const std::optional<std::vector<std::string>>& names) {
    if (names) {
        out["passEnv"] = toJson(*names);
    }
}

void putCondition(JsonObject& out, const Condition& condition) {
    if (condition != Condition{}) {
        JsonObject object;
        if (condition.when != When::Success) {
            object["when"] = toString(condition.when);
        }
        putText(object, "bash", condition.bash);
        out["condition"] = std::move(object);
    }
}

void putDuration(JsonObject& out, std::string_view key, const Setting<Millis>& setting) {
    if (setting.state == Setting<Millis>::State::Off) {
        out[key] = nullptr;
    } else if (setting.isSet()) {
        out[key] = plan::toJson(setting.value);
    }
}

std::string_view toString(Backoff backoff) {
    switch (backoff) {
    case Backoff::Exponential:
        return "exponential";
    case Backoff::Linear:
        return "linear";
    case Backoff::Constant:
        return "constant";
    }
    return "exponential";
}

void putRetry(JsonObject& out, std::string_view key, const Setting<Retry>& setting) {
    if (setting.state == Setting<Retry>::State::Off) {
        out[key] = nullptr;
    }
    if (!setting.isSet()) {
        return;
    }
    JsonObject object;
    if (setting.value.maxAttempts) {
        object["max_attempts"] = *setting.value.maxAttempts;
    }
    if (setting.value.backoff) {
        object["backoff"] = toString(*setting.value.backoff);
    }
    if (setting.value.minTime) {
        object["min_time"] = plan::toJson(*setting.value.minTime);
    }
    if (setting.value.maxTime) {
        object["max_time"] = plan::toJson(*setting.value.maxTime);
    }
    out[key] = std::move(object);
}

Json toJson(const Step& step) {
    JsonObject out{{"name", step.name}};
    if (const auto* bash = std::get_if<BashRun>(&step.action)) {
        out["run"] = bash->script;
    } else if (const auto* argv = std::get_if<ArgvRun>(&step.action)) {
        out["run"] = toJson(argv->argv);
    } else {
        out["build"] = toJson(std::get<BuildRun>(step.action).derivation);
    }
    putEnv(out, step.env);
    putTexts(out, "path", step.path);
    putClosure(out, step.closure);
    putText(out, "workdir", step.workdir);
    putCondition(out, step.condition);
    putRetry(out, "retry", step.retry);
    putDuration(out, "timeout", step.timeout);
    putText(out, "shell", step.shell, "bash");
    return out;
}

void putServices(JsonObject& out, const Job& job) {
    JsonObject services;
    for (const Service& service : job.services) {
        services[service.name()] = toJson(service);
    }
    if (!services.empty()) {
        out["services"] = std::move(services);
    }
}

void putArtifacts(JsonObject& out, const Job& job) {
    if (!job.inputs.empty()) {
        JsonArray inputs;
        for (const ArtifactInput& input : job.inputs) {
            JsonObject object{{"name", input.name}};
            putText(object, "path", input.path, ".");
            inputs.push_back(std::move(object));
        }
        out["inputs"] = std::move(inputs);
    }
    if (!job.outputs.empty()) {
        JsonObject outputs;
        for (const ArtifactOutput& output : job.outputs) {
            JsonObject object{{"path", output.path}};
            putText(object, "when", output.always ? "always" : "");
            outputs[output.name] = std::move(object);
        }
        out["outputs"] = std::move(outputs);
    }
}

void putReports(JsonObject& out, const Job& job) {
    JsonArray reports;
    for (const Report& report : job.reports) {
        JsonObject object;
        putText(object, "path", report.path);
        putText(object, "step", report.step);
        putText(object, "format", report.format);
        if (!report.failOnFailedTests) {
            object["failOnFailedTests"] = false;
        }
        reports.push_back(std::move(object));
    }
    if (!reports.empty()) {
        out["reports"] = std::move(reports);
    }
}

void putMatrix(JsonObject& out, const Matrix& matrix) {
    JsonObject object;
    if (!matrix.axes.empty()) {
        JsonObject axes;
        for (const MatrixAxis& axis : matrix.axes) {
            axes[axis.name] = axis.from ? toJson(*axis.from) : toJson(axis.values);
        }
        object["axes"] = std::move(axes);
    }
    if (!matrix.values.empty()) {
        JsonObject values;
        for (const auto& [name, value] : matrix.values) {
            values[name] = value;
        }
        object["values"] = std::move(values);
    }
    if (!object.empty()) {
        out["matrix"] = std::move(object);
    }
}

void putExecutor(JsonObject& out, const ExecutorRef& executor) {
    if (executor != ExecutorRef{}) {
        JsonObject object{{"kind", executor.kind}};
        if (!executor.options.empty()) {
            object["options"] = executor.options;
        }
        out["executor"] = std::move(object);
    }
}

Json toJson(const Job& job) {
    JsonObject out;
    putText(out, "system", job.system);
    putExecutor(out, job.executor);
    putTexts(out, "needs", job.needs);
    putCondition(out, job.condition);
    putEnv(out, job.env);
    putEnvFrom(out, job.envFrom);
    putPassEnv(out, job.passEnv);
    putArtifacts(out, job);
    putTexts(out, "results", job.results);
    putReports(out, job);
    putRetry(out, "retry", job.retry);
    putRetry(out, "jobRetry", job.jobRetry);
    putDuration(out, "timeout", job.timeout);
    putDuration(out, "deadline", job.deadline);
    if (job.continueOnError) {
        out["continueOnError"] = true;
    }
    if (!job.copyRepo) {
        out["copyRepo"] = false;
    }
    putServices(out, job);
    if (job.machine) {
        out["machine"] = *job.machine;
    }
    putMatrix(out, job.matrix);
    JsonArray steps;
    for (const Step& step : job.steps) {
        steps.push_back(toJson(step));
    }
    out["steps"] = std::move(steps);
    return out;
}

Json toJson(const Param& param) {
    JsonObject out;
    putText(out, "type", param.type, "string");
    if (param.defaultValue) {
        out["default"] = *param.defaultValue;
    }
    putTexts(out, "choices", param.choices);
    putText(out, "description", param.description);
    return out;
}

void putTokens(JsonObject& out, const Plan& plan) {
    if (!plan.hostTools.empty()) {
        JsonObject tools;
        for (const HostTool& tool : plan.hostTools) {
            tools[tool.token] = {{"name", tool.name}, {"programs", toJson(tool.programs)}};
        }
        out["hostTools"] = std::move(tools);
    }
    if (!plan.files.empty()) {
        JsonObject files;
        for (const GeneratedFile& file : plan.files) {
            JsonObject object{{"name", file.name}, {"text", file.text}};
            if (file.executable) {
                object["executable"] = true;
            }
            putText(object, "program", file.program);
            files[file.token] = std::move(object);
        }
        out["files"] = std::move(files);
    }
}

} // namespace

Json toJson(const Plan& plan) {
    JsonObject out{{"plan", schemaVersion}, {"name", plan.name}};
    putEnv(out, plan.env);
    putEnvFrom(out, plan.envFrom);
    putPassEnv(out, plan.passEnv);
    if (!plan.params.empty()) {
        JsonObject params;
        for (const Param& param : plan.params) {
            params[param.name] = toJson(param);
        }
        out["params"] = std::move(params);
    }
    if (!plan.on.is_null()) {
        out["on"] = plan.on;
    }
    putRetry(out, "retry", plan.retry);
    putDuration(out, "timeout", plan.timeout);
    putDuration(out, "deadline", plan.deadline);
    JsonObject logging;
    putText(logging, "format", plan.logFormat);
    putText(logging, "level", plan.logLevel);
    if (!logging.empty()) {
        out["logging"] = std::move(logging);
    }
    putTokens(out, plan);
    JsonObject jobs;
    for (const Job& job : plan.jobs) {
        jobs[job.name] = toJson(job);
    }
    out["jobs"] = std::move(jobs);
    return out;
}

} // namespace cirque::plan
