// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "plan/contains.hh"
#include "plan/formats.hh"
#include "plan/matrix.hh"
#include "plan/params.hh"
#include "plan/validate-parts.hh"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace cirque::plan {
namespace {

void checkParam(Checks& checks, const std::string& name, const Path& path) {
    if (checks.params.contains(name)) {
        return;
    }
    std::vector<std::string_view> names;
    for (const Param& param : checks.plan.params) {
        names.push_back(param.name);
    }
    std::string hint = checks.nearestOf(name, names);
    checks.add(path, fmt::format("no parameter {} is declared", quoted(name)),
               hint.empty() ? "declare it in params" : std::move(hint));
}

void checkResult(Checks& checks, std::size_t index, const Value& value, const Path& path) {
    const Job& job = checks.plan.jobs[index];
    const int producer = checks.graph.find(value.job);
    if (producer < 0) {
        checks.add(path, fmt::format("there is no job {}", quoted(value.job)), checks.nearestJob(value.job));
        return;
    }
    if (value.job == job.name) {
        checks.add(path, "a job cannot use its own result", "its steps share values through $JOB_ENV");
        return;
    }
    if (!checks.job(producer).matrix.axes.empty()) {
        checks.add(
            path,
            fmt::format("job {} has a matrix: each of its members has results of its own, and which of "
                        "them is meant is not said",
                        quoted(value.job)),
            fmt::format("a job that needs it finds them all as $NEEDS_{}_<AXIS>_<VALUE>_{}",
                        sanitizeEnvName(value.job), sanitizeEnvName(value.text)));
        return;
    }
    const std::vector<std::string>& results = checks.job(producer).results;
    if (!contains(results, value.text)) {
        const std::vector<std::string_view> names(results.begin(), results.end());
        std::string hint = checks.nearestOf(value.text, names);
        checks.add(path,
                   fmt::format("job {} does not export a result {}", quoted(value.job), quoted(value.text)),
                   hint.empty() ? "add it to that job's results" : std::move(hint));
    }
    checks.needUpstream(index, producer, [path] { return path; }, "result", value.text);
}

template <class MakePath>
void checkLength(Checks& checks, const EnvEntry& entry, const MakePath& path) {
    const std::size_t size = entry.name.size() + 1 + entry.value.text.size() + 1;
    if (entry.value.kind == Value::Kind::Literal && size > longestEnvString) {
        checks.add(
            path(),
            fmt::format(
                "a value of {} bytes is longer than Linux accepts in an environment ({} with the name)",
                entry.value.text.size(), longestEnvString - 2),
            "put it in a file");
    }
}

// One value of a job or step; `path` is made only when something is wrong.
template <class MakePath>
void checkValue(Checks& checks, std::size_t index, const Value& value, const MakePath& path) {
    if (value.kind == Value::Kind::Param) {
        checkParam(checks, value.text, path());
    } else if (value.kind == Value::Kind::Result) {
        checkResult(checks, index, value, path());
    }
}

} // namespace

void checkEnv(Checks& checks, std::size_t index, const Env& env, const Path& at) {
    for (const EnvEntry& entry : env) {
        const auto path = [&] {
            Path full = at;
            full.push_back({"env"});
            full.push_back({entry.name});
            return full;
        };
        checkValue(checks, index, entry.value, path);
        checkLength(checks, entry, path);
    }
}

void checkPlanValues(Checks& checks) {
    for (const EnvEntry& entry : checks.plan.env) {
        const Path path{{"env"}, {entry.name}};
        if (entry.value.kind == Value::Kind::Result) {
            checks.add(path, "a result can be used only in a job or step",
                       "move it to the env of a job that needs it");
        } else if (entry.value.kind == Value::Kind::Param) {
            checkParam(checks, entry.value.text, path);
        }
        checkLength(checks, entry, [&] { return Path(path); });
    }
}

void checkReferences(Checks& checks, std::size_t index) {
    const Job& job = checks.plan.jobs[index];
    checkEnv(checks, index, job.env, jobPath(job));
    for (std::size_t i = 0; i < job.steps.size(); ++i) {
        if (!job.steps[i].env.empty()) {
            checkEnv(checks, index, job.steps[i].env,
                     jobPath(job, {{"steps"}, {{}, static_cast<std::ptrdiff_t>(i)}}));
        }
    }
    for (const MatrixAxis& axis : job.matrix.axes) {
        if (axis.from) {
            checkValue(checks, index, *axis.from,
                       [&] { return jobPath(job, {{"matrix"}, {"axes"}, {axis.name}}); });
        }
    }
}

void checkResultNames(Checks& checks, std::size_t index) {
    const Job& job = checks.plan.jobs[index];
    std::unordered_map<std::string_view, bool> own;
    for (std::size_t i = 0; i < job.results.size(); ++i) {
        if (!own.emplace(job.results[i], true).second) {
            checks.add(jobPath(job, {{"results"}, {{}, static_cast<std::ptrdiff_t>(i)}}),
                       fmt::format("{} is listed twice", quoted(job.results[i])));
        }
    }
    std::unordered_map<std::string, std::string> seen;
    for (const int need : checks.graph.needs(static_cast<int>(index))) {
        const Job& from = checks.job(need);
        std::unordered_map<std::string_view, bool> once;
        for (const std::string& result : from.results) {
            if (!once.emplace(result, true).second) {
                continue;
            }
            const std::string variable =
                fmt::format("NEEDS_{}_{}", sanitizeEnvName(from.name), sanitizeEnvName(result));
            const std::string source = fmt::format("result {} of job {}", quoted(result), quoted(from.name));
            const auto [found, isNew] = seen.emplace(variable, source);
            if (!isNew) {
                checks.add(jobPath(job, {{"needs"}}),
                           fmt::format("{} and {} would both be {}", found->second, source, variable),
                           "rename one of them");
            }
        }
    }
}

void checkMatrix(Checks& checks, const Job& job) {
    std::unordered_map<std::string, std::string_view> seen;
    const auto check = [&](const std::string& name, std::string_view where) {
        const std::string variable = "MATRIX_" + sanitizeEnvName(name);
        const auto [found, isNew] = seen.emplace(variable, name);
        if (!isNew) {
            checks.add(
                jobPath(job, {{"matrix"}, {std::string(where)}, {name}}),
                fmt::format("{} and {} would both be {}", quoted(found->second), quoted(name), variable),
                "rename one of them");
        }
    };
    for (const auto& [name, value] : job.matrix.values) {
        check(name, "values");
    }
    for (const MatrixAxis& axis : job.matrix.axes) {
        check(axis.name, "axes");
    }
    const bool known =
        std::ranges::all_of(job.matrix.axes, [](const MatrixAxis& axis) { return !axis.from; });
    if (!known || job.matrix.axes.empty()) {
        return;
    }
    if (const Result<std::vector<Job>> members = expandMatrix(job, job.matrix.axes); !members) {
        checks.add(jobPath(job, {{"matrix"}, {"axes"}}), members.error().message, members.error().hint);
    }
}

void checkParams(Checks& checks) {
    for (const Param& param : checks.plan.params) {
        const Path path{{"params"}, {param.name}};
        const auto at = [&](std::string key) {
            Path full = path;
            full.push_back({std::move(key)});
            return full;
        };
        if (param.type == "choice" && param.choices.empty()) {
            checks.add(path, "a parameter of type 'choice' needs choices");
        } else if (param.type != "choice" && !param.choices.empty()) {
            checks.add(at("choices"), "only a parameter of type 'choice' has choices",
                       "set its type to \"choice\"");
        } else if (param.defaultValue) {
            if (const std::string problem = paramProblem(param, *param.defaultValue); !problem.empty()) {
                checks.add(at("default"), fmt::format("{} {}", quoted(*param.defaultValue), problem));
            }
        }
    }
}

} // namespace cirque::plan
