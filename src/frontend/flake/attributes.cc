// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/attributes.hh"

#include "base/text.hh"
#include "plan/formats.hh"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cirque::frontend {
namespace {

plan::Job emptyJob(const AttributePath& path) {
    plan::Job job;
    job.name = toText(path);
    job.copyRepo = false;
    return job;
}

AttributeJob failing(plan::Job job, Error error) {
    plan::Step step;
    step.name = "evaluate";
    step.action = plan::BashRun{fmt::format("printf '%s\\n' {} >&2\nexit 1\n", shellQuote(error.text()))};
    job.steps.push_back(std::move(step));
    return {std::move(job), std::move(error)};
}

Error notADerivation(const std::string& name, const std::string& kind) {
    return {.code = ErrorCode::Evaluation,
            .message = fmt::format("{} is {}, not a derivation", name,
                                   kind == "set" ? "an attribute set" : "a value of type " + kind),
            .hint = kind == "set" ? fmt::format("name what is in it: cirque run '.#{}.*'", name) : "",
            .context = {}};
}

Error withoutOutputs(const std::string& name) {
    return {.code = ErrorCode::Evaluation,
            .message = fmt::format("{} is not a whole derivation: its outputs are no list of names", name),
            .hint = "",
            .context = {}};
}

// What a flake calls a derivation may name anything as its store path.
Error withoutPath(const std::string& name, const std::string& drv, const std::string& problem) {
    return {.code = ErrorCode::Evaluation,
            .message = fmt::format("{} is not a whole derivation: its drvPath '{}' {}", name, drv, problem),
            .hint = "",
            .context = {}};
}

// Empty: there is no list of names. A flake may call anything a derivation.
std::vector<std::string> outputsOf(const JsonObject& object) {
    const Json* outputs = object.if_contains("outputs");
    const JsonArray* list = outputs == nullptr ? nullptr : outputs->if_array();
    std::vector<std::string> out;
    if (list == nullptr || !std::ranges::all_of(*list, &Json::is_string)) {
        return out;
    }
    for (const Json& output : *list) {
        out.emplace_back(output.get_string());
    }
    return out;
}

std::vector<AttributePath> evaluated(const std::vector<ListedAttribute>& attributes) {
    std::vector<AttributePath> out;
    for (const ListedAttribute& attribute : attributes) {
        if (!attribute.error) {
            out.push_back(attribute.path);
        }
    }
    return out;
}

std::vector<JsonObject> tasksOf(const std::vector<AttributePath>& paths) {
    std::vector<JsonObject> out;
    for (const AttributePath& path : paths) {
        out.push_back({{"op", "drv"}, {"path", JsonArray(path.begin(), path.end())}});
    }
    return out;
}

std::vector<std::string> namesOf(const std::vector<AttributePath>& paths) {
    std::vector<std::string> out;
    for (const AttributePath& path : paths) {
        out.push_back(toText(path));
    }
    return out;
}

std::string identity(const plan::Derivation& derivation) {
    return fmt::format("{}!{}", derivation.drv, fmt::join(derivation.outputs, ","));
}

} // namespace

AttributeJob attributeJob(const AttributePath& path, Result<Json> answer) {
    plan::Job job = emptyJob(path);
    if (!answer) {
        return failing(std::move(job), std::move(answer).error());
    }
    const JsonObject* object = answer->if_object();
    if (object == nullptr || textAt(*object, "drv").empty()) {
        Error error = notADerivation(job.name, object == nullptr ? "" : textAt(*object, "problem"));
        return failing(std::move(job), std::move(error));
    }
    job.system = textAt(*object, "system");
    plan::BuildRun build;
    build.derivation.drv = textAt(*object, "drv");
    build.derivation.outputs = outputsOf(*object);
    if (const std::string problem = plan::formatProblem(plan::Type::DrvPath, build.derivation.drv);
        !problem.empty()) {
        Error error = withoutPath(job.name, build.derivation.drv, problem);
        return failing(std::move(job), std::move(error));
    }
    if (build.derivation.outputs.empty()) {
        Error error = withoutOutputs(job.name);
        return failing(std::move(job), std::move(error));
    }
    plan::Step step;
    step.name = "build";
    step.action = std::move(build);
    job.steps.push_back(std::move(step));
    return {std::move(job), {}};
}

AttributeStream::AttributeStream(std::shared_ptr<const nix::LockedFlake> flake,
                                 std::vector<ListedAttribute> attributes, EvaluatorLimits limits,
                                 nix::Variables environment)
    : paths_(evaluated(attributes)),
      evaluators_(std::move(flake), tasksOf(paths_), namesOf(paths_), limits, std::move(environment)) {
    for (ListedAttribute& attribute : attributes) {
        if (attribute.error) {
            unlisted_.push_back(failing(emptyJob(attribute.path), std::move(*attribute.error)));
        }
    }
}

io::Task<Result<std::vector<AttributeJob>>> AttributeStream::next(io::StopToken stop) {
    std::vector<AttributeJob> out = std::exchange(unlisted_, {});
    if (out.empty()) {
        CIRQUE_CO_TRY_ASSIGN(std::vector<TaskResult> known, co_await results(std::move(stop)));
        for (TaskResult& result : known) {
            out.push_back(attributeJob(paths_[result.task], std::move(result.value)));
        }
    }
    for (AttributeJob& job : out) {
        job = settle(std::move(job));
    }
    co_return out;
}

io::Task<Result<std::vector<TaskResult>>> AttributeStream::results(io::StopToken stop) {
    if (order_ == Order::AsKnown) {
        co_return co_await evaluators_.next(std::move(stop));
    }
    std::vector<TaskResult> all;
    for (bool more = true; more && !stop.stopRequested();) {
        CIRQUE_CO_TRY_ASSIGN(std::vector<TaskResult> known, co_await evaluators_.next(stop));
        more = !known.empty();
        std::ranges::move(known, std::back_inserter(all));
    }
    std::ranges::sort(all, {}, &TaskResult::task);
    co_return all;
}

AttributeJob AttributeStream::settle(AttributeJob job) {
    ++given_;
    if (job.error) {
        ++failed_;
        return job;
    }
    const auto& build = std::get<plan::BuildRun>(job.job.steps.front().action);
    const auto [first, isFirst] = builders_.emplace(identity(build.derivation), job.job.name);
    if (!isFirst) {
        job.job.needs.push_back(first->second);
    }
    return job;
}

} // namespace cirque::frontend
