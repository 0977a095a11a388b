// SPDX-License-Identifier: Apache-2.0
#include "plan/executor-choice.hh"

#include "base/json.hh"
#include "base/text.hh"
#include "plan/parse.hh"

#include <fmt/format.h>

namespace cirque::plan {
namespace {

Json valueOf(std::string_view text) {
    const auto parsed = parseJson(text, "an option");
    return parsed && (parsed->is_bool() || parsed->is_number())
               ? *parsed
               : Json(boost::json::string(text.data(), text.size()));
}

// As a plan that says so is read: with the schema's own words for what is wrong with the options.
Result<ExecutorRef> asInPlan(const ExecutorRef& place) {
    JsonObject step{{"run", ":"}};
    JsonObject job{{"executor", JsonObject{{"kind", place.kind}, {"options", place.options}}},
                   {"steps", JsonArray{std::move(step)}}};
    Parsed parsed =
        parsePlan(JsonObject{{"plan", 1}, {"name", "w"}, {"jobs", JsonObject{{"j", std::move(job)}}}});
    if (parsed.problems.empty()) {
        return std::move(parsed.plan.jobs.front().executor);
    }
    const Problem& problem = parsed.problems.front();
    return fail(ErrorCode::Usage, fmt::format("--executor {}: {}", place.kind, problem.message),
                problem.hint);
}

} // namespace

Result<ExecutorRef> parseExecutorChoice(std::string_view text) {
    const std::vector<std::string_view> parts = split(text, ',');
    ExecutorRef place;
    place.kind = std::string(parts.front());
    if (place.kind.empty() || place.kind.contains('=')) {
        return fail(ErrorCode::Usage, fmt::format("--executor '{}' names no kind of place", text),
                    "--executor KIND[,OPTION=VALUE...], for example --executor oci,image=debian:12");
    }
    for (std::size_t at = 1; at < parts.size(); ++at) {
        const std::size_t equals = parts[at].find('=');
        if (equals == std::string_view::npos || equals == 0) {
            return fail(ErrorCode::Usage,
                        fmt::format("--executor: '{}' is not of the form OPTION=VALUE", parts[at]));
        }
        place.options[parts[at].substr(0, equals)] = valueOf(parts[at].substr(equals + 1));
    }
    return asInPlan(place);
}

Plan movedTo(Plan plan, const ExecutorRef& place) {
    for (Job& job : plan.jobs) {
        if (job.executor.kind != place.kind || !place.options.empty()) {
            job.executor = place;
        }
    }
    return plan;
}

} // namespace cirque::plan
