// SPDX-License-Identifier: Apache-2.0
#include "plan/params.hh"

#include "base/text.hh"
#include "plan/contains.hh"
#include "plan/formats.hh"
#include "plan/location.hh"
#include "plan/matrix.hh"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cirque::plan {
namespace {

using Bound = std::map<std::string, std::string, std::less<>>;

bool isInteger(std::string_view text) {
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void bindGiven(const Plan& plan, std::span<const std::pair<std::string, std::string>> given, Bound& bound,
               std::vector<std::string>& problems) {
    std::vector<std::string_view> names;
    for (const Param& param : plan.params) {
        names.push_back(param.name);
    }
    for (const auto& [name, value] : given) {
        const auto param = std::ranges::find(plan.params, name, &Param::name);
        if (param == plan.params.end()) {
            const std::string_view near = nearest(name, names);
            const std::string_view none =
                names.empty() ? " (it has none; those of a plan were settled when it was made)" : "";
            problems.push_back(
                fmt::format("no parameter {}{}", quoted(name),
                            near.empty() ? none : fmt::format(" (did you mean {}?)", quoted(near))));
        } else if (const std::string problem = paramProblem(*param, value); !problem.empty()) {
            problems.push_back(fmt::format("parameter {}: {} {}", quoted(name), quoted(value), problem));
        }
        bound[name] = value;
    }
}

void bindDefaults(const Plan& plan, Bound& bound, std::vector<std::string>& problems) {
    for (const Param& param : plan.params) {
        if (bound.contains(param.name)) {
            continue;
        }
        if (param.defaultValue) {
            bound[param.name] = *param.defaultValue;
        } else {
            problems.push_back(
                fmt::format("parameter {} has no default and was not given", quoted(param.name)));
        }
    }
}

void bindEnv(Env& env, const Bound& bound) {
    for (EnvEntry& entry : env) {
        if (entry.value.kind == Value::Kind::Param) {
            entry.value = {Value::Kind::Literal, bound.find(entry.value.text)->second, {}};
        }
    }
}

void bindAxis(const Job& job, MatrixAxis& axis, const Bound& bound, std::vector<std::string>& problems) {
    if (!axis.from || axis.from->kind != Value::Kind::Param) {
        return;
    }
    Result<std::vector<std::string>> values = parseAxisValues(bound.find(axis.from->text)->second);
    if (!values) {
        problems.push_back(fmt::format("parameter {}, axis {} of job {}: {}", quoted(axis.from->text),
                                       quoted(axis.name), quoted(job.name), values.error().message));
        return;
    }
    axis.values = std::move(*values);
    axis.from.reset();
}

void bindPlan(Plan& plan, const Bound& bound, std::vector<std::string>& problems) {
    bindEnv(plan.env, bound);
    for (Job& job : plan.jobs) {
        bindEnv(job.env, bound);
        for (Step& step : job.steps) {
            bindEnv(step.env, bound);
        }
        for (Service& service : job.services) {
            bindEnv(service.program.env, bound);
        }
        for (MatrixAxis& axis : job.matrix.axes) {
            bindAxis(job, axis, bound, problems);
        }
    }
}

Unexpected problemsError(const std::vector<std::string>& problems) {
    return fail(ErrorCode::Usage,
                fmt::format("cannot set the workflow's parameters: {}", fmt::join(problems, "; ")),
                "give a parameter as --param name=value");
}

} // namespace

std::string paramProblem(const Param& param, std::string_view text) {
    if (std::string problem = formatProblem(Type::Text, text); !problem.empty()) {
        return problem;
    }
    // the shortest name it can be put under has one byte
    if (text.size() + 3 > longestEnvString) {
        return "is longer than an environment accepts";
    }
    if (param.type == "int" && !isInteger(text)) {
        return "is not an integer";
    }
    if (param.type == "bool" && text != "true" && text != "false") {
        return "is not 'true' or 'false'";
    }
    if (param.type == "choice" && !contains(param.choices, text)) {
        return fmt::format("is none of '{}'", fmt::join(param.choices, "', '"));
    }
    return "";
}

Result<void> bindParams(Plan& plan, std::span<const std::pair<std::string, std::string>> given) {
    Bound bound;
    std::vector<std::string> problems;
    bindGiven(plan, given, bound, problems);
    bindDefaults(plan, bound, problems);
    if (!problems.empty()) {
        return problemsError(problems);
    }
    Plan changed = plan;
    bindPlan(changed, bound, problems);
    if (!problems.empty()) {
        return problemsError(problems);
    }
    changed.params.clear(); // a document of it neither asks for them again nor takes others
    plan = std::move(changed);
    return {};
}

} // namespace cirque::plan
