// SPDX-License-Identifier: Apache-2.0
#include "app/local/env-source.hh"

#include "agent/env.hh"
#include "plan/effective.hh"
#include "secret/providers.hh"
#include "secret/redactor.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace cirque::app {
namespace {

bool matches(std::string_view pattern, std::string_view name) {
    if (pattern.ends_with('*')) {
        pattern.remove_suffix(1);
        return name.starts_with(pattern);
    }
    return pattern == name;
}

void put(exec::Vars& vars, exec::Var var) {
    const auto found = std::ranges::find(vars, var.name, &exec::Var::name);
    if (found == vars.end()) {
        vars.push_back(std::move(var));
    } else {
        *found = std::move(var);
    }
}

bool isSet(const std::vector<exec::Vars>& layers, std::string_view name) {
    return std::ranges::any_of(layers, [&](const exec::Vars& layer) {
        return std::ranges::find(layer, name, &exec::Var::name) != layer.end();
    });
}

// A provider's path may name a generated file, whose text travels in the plan.
const plan::GeneratedFile* generated(const plan::Plan& plan, std::string_view path) {
    const auto found = std::ranges::find(plan.files, path, &plan::GeneratedFile::token);
    return found == plan.files.end() ? nullptr : &*found;
}

} // namespace

EnvSourcePort::EnvSourcePort(const LocalRequest& request, KnownSecrets& secrets, engine::Journal& journal)
    : request_(request), secrets_(secrets), journal_(journal) {}

io::Task<Result<engine::JobEnv>> EnvSourcePort::jobEnv(std::shared_ptr<const plan::Job> job,
                                                       Results results) {
    co_return settle(*job, results);
}

Result<exec::Vars> EnvSourcePort::stepEnv(const plan::Job& job, const plan::Step& step,
                                          const Results& results) {
    return settled(step.env, results, fmt::format("step '{}' of job '{}'", step.name, job.name));
}

Result<engine::JobEnv> EnvSourcePort::settle(const plan::Job& job, const Results& results) {
    const plan::Plan& plan = *request_.plan;
    engine::JobEnv out;
    out.below.push_back(callerVars(job));
    out.below.push_back({{"CI", "true", false}});
    exec::Vars services;
    for (const plan::Service& service : job.services) {
        for (auto& [name, value] : plan::serviceVariables(service)) {
            services.push_back({std::move(name), std::move(value), false});
        }
    }
    out.below.push_back(std::move(services));
    CIRQUE_TRY_ASSIGN(exec::Vars fromWorkflow, provided(plan.envFrom, plan.env, out.below, "the workflow"));
    out.below.push_back(std::move(fromWorkflow));
    CIRQUE_TRY_ASSIGN(exec::Vars workflow, settled(plan.env, results, "the workflow"));
    out.below.push_back(std::move(workflow));
    const std::string level = fmt::format("job '{}'", job.name);
    CIRQUE_TRY_ASSIGN(exec::Vars fromJob, provided(job.envFrom, job.env, out.below, level));
    out.below.push_back(std::move(fromJob));
    CIRQUE_TRY_ASSIGN(exec::Vars own, settled(job.env, results, level));
    out.below.push_back(std::move(own));
    std::set<std::string, std::less<>> hidden;
    std::set<std::string, std::less<>> shown;
    const auto collect = [&](const exec::Vars& vars) {
        for (const exec::Var& var : vars) {
            if (var.secret) {
                hidden.insert(var.name);
                out.redact.push_back(var.value);
                if (secret::tooShort(var.value)) {
                    shown.insert(var.name);
                }
            }
        }
    };
    std::ranges::for_each(out.below, collect);
    for (const plan::Step& step : job.steps) {
        CIRQUE_TRY_ASSIGN(const exec::Vars vars, settled(step.env, results, level));
        collect(vars);
    }
    for (const plan::Service& service : job.services) {
        CIRQUE_TRY_ASSIGN(const exec::Vars vars, settled(service.program.env, results, level));
        collect(vars);
    }
    for (const auto& [name, value] : request_.overrides) {
        put(out.overrides, {name, value, hidden.contains(name)}); // another value of a secret is one too
    }
    collect(out.overrides);
    secrets_.add(out.redact);
    tellTooShort(shown);
    return out;
}

// Each variable once a run: whoever counts on "***" has to know that there is none.
void EnvSourcePort::tellTooShort(const std::set<std::string, std::less<>>& names) {
    std::vector<std::string> fresh;
    for (const std::string& name : names) {
        if (told_.insert(name).second) {
            fresh.push_back(name);
        }
    }
    if (fresh.empty()) {
        return;
    }
    std::vector<event::Body> bodies;
    bodies.emplace_back(event::Notice{
        "warning", "",
        fmt::format("logs show the value of {}: a secret of fewer than {} bytes is not masked",
                    fmt::join(fresh, ", "), secret::minRedactedBytes),
        "masking it would change every place where these characters stand, and so tell what it is"});
    (void)journal_.append(std::move(bodies)); // a failure is kept by the journal and ends the run
}

const exec::Vars& EnvSourcePort::callerVars(const plan::Job& job) {
    std::vector<std::string> passed = plan::passEnv(*request_.plan, job);
    if (passed_ == passed) {
        return caller_;
    }
    caller_.clear();
    for (const auto& [name, value] : request_.environment.variables()) {
        if (agent::steersBash(name)) {
            continue;
        }
        const bool wanted =
            request_.inheritEnv ||
            std::ranges::any_of(passed, [&](const std::string& pattern) { return matches(pattern, name); });
        if (wanted) {
            caller_.push_back({name, value, false});
        }
    }
    passed_ = std::move(passed);
    return caller_;
}

Result<exec::Vars> EnvSourcePort::provided(const std::vector<plan::EnvProvider>& providers,
                                           const plan::Env& ownEnv, const std::vector<exec::Vars>& below,
                                           const std::string& level) const {
    if (providers.empty()) {
        return exec::Vars{};
    }
    const secret::ReadText readTree = secret::readBelow(request_.tree);
    const secret::ReadText read = [&](const std::string& path) -> Result<std::optional<std::string>> {
        if (const plan::GeneratedFile* file = generated(*request_.plan, path)) {
            return std::optional(file->text);
        }
        return readTree(path);
    };
    CIRQUE_TRY_ASSIGN(const std::vector<secret::Variable> variables, secret::loadProviders(providers, read));
    exec::Vars out;
    for (const secret::Variable& variable : variables) {
        out.push_back({variable.name, variable.value, variable.secret});
    }
    const auto isSetHere = [&](std::string_view name) {
        return isSet(below, name) || std::ranges::find(out, name, &exec::Var::name) != out.end() ||
               std::ranges::find(ownEnv, name, &plan::EnvEntry::name) != ownEnv.end() ||
               std::ranges::any_of(request_.overrides,
                                   [&](const auto& entry) { return entry.first == name; });
    };
    CIRQUE_TRY(secret::checkRequired(providers, isSetHere, level));
    return out;
}

Result<exec::Vars> EnvSourcePort::settled(const plan::Env& env, const Results& results,
                                          const std::string& level) const {
    exec::Vars out;
    for (const plan::EnvEntry& entry : env) {
        switch (entry.value.kind) {
        case plan::Value::Kind::Literal:
            out.push_back({entry.name, entry.value.text, false});
            break;
        case plan::Value::Kind::Secret: {
            auto value = request_.secrets.find(entry.value.text);
            if (!value) {
                return fail(std::move(value.error()).within(fmt::format("{}, {}", level, entry.name)));
            }
            out.push_back({entry.name, std::move(*value), true});
            break;
        }
        case plan::Value::Kind::Result: {
            const std::pair key(entry.value.job, entry.value.text);
            const auto found =
                std::ranges::find(results, key, [](const auto& result) { return result.first; });
            if (found == results.end()) {
                return fail(ErrorCode::Provider,
                            fmt::format("{}: {} needs the result '{}' of job '{}', which did not export it",
                                        level, entry.name, entry.value.text, entry.value.job));
            }
            out.push_back({entry.name, found->second, false});
            break;
        }
        case plan::Value::Kind::Param:
            return fail(ErrorCode::Provider,
                        fmt::format("{}: {} names the parameter '{}', which has no value", level, entry.name,
                                    entry.value.text),
                        fmt::format("give it with --param {}=VALUE", entry.value.text));
        }
    }
    return out;
}

} // namespace cirque::app
