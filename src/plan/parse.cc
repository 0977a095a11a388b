// SPDX-License-Identifier: Apache-2.0
#include "plan/parse.hh"

#include "plan/check.hh"
#include "plan/convert.hh"
#include "plan/location.hh"
#include "plan/validate.hh"

#include <fmt/format.h>

#include <iterator>

namespace cirque::plan {
namespace {

constexpr std::size_t mostShown = 200;

// Why the document is not one of this version; "" when it is. Nothing else in it can be judged then.
std::string versionProblem(const Json& document) {
    if (!document.is_object()) {
        return "not a plan: a plan is a JSON object that begins with \"plan\": 1";
    }
    const Json* version = document.get_object().if_contains("plan");
    if (version == nullptr) {
        return "not a plan: the key \"plan\" with the schema version is missing";
    }
    if (version->is_int64() || version->is_uint64()) {
        const bool known = version->is_int64() ? version->get_int64() == schemaVersion
                                               : version->get_uint64() == std::uint64_t{schemaVersion};
        return known ? ""
                     : fmt::format("this is plan version {}; this cirque reads plan version {}",
                                   toLine(*version), schemaVersion);
    }
    return fmt::format(
        "the key \"plan\" must be the schema version, a number; this cirque reads plan version {}",
        schemaVersion);
}

} // namespace

std::string describe(std::span<const Problem> problems) {
    std::string out;
    for (const Problem& problem : problems) {
        auto to = std::back_inserter(out);
        fmt::format_to(to, "{}{}{}{}{}", out.empty() ? "" : "\n", problem.position,
                       problem.position.empty() ? "" : ": ", problem.path, problem.path.empty() ? "" : ": ");
        out += problem.message;
        if (!problem.hint.empty()) {
            fmt::format_to(to, " ({})", problem.hint);
        }
    }
    return out;
}

Parsed parsePlan(const Json& document) {
    Parsed parsed;
    if (std::string problem = versionProblem(document); !problem.empty()) {
        std::vector<Finding> findings{{{}, std::move(problem), {}, "plan"}};
        parsed.problems = locate(document, std::move(findings));
        return parsed;
    }
    std::vector<Finding> findings = checkSchema(document);
    parsed.plan = convertPlan(document);
    for (Finding& finding : validate(parsed.plan)) {
        findings.push_back(std::move(finding));
    }
    parsed.problems = locate(document, std::move(findings));
    return parsed;
}

Result<Plan> parsePlanText(std::string_view text, std::string_view what) {
    CIRQUE_TRY_ASSIGN(const Json document, parseJson(text, what));
    Parsed parsed = parsePlan(document);
    if (parsed.problems.empty()) {
        return std::move(parsed.plan);
    }
    const std::span<const Problem> all(parsed.problems);
    std::string list = describe(all.first(std::min(all.size(), mostShown)));
    if (all.size() > mostShown) {
        list += fmt::format("\nand {} more", all.size() - mostShown);
    }
    return fail(ErrorCode::InvalidPlan, all.size() == 1
                                            ? fmt::format("{} is not a valid plan: {}", what, list)
                                            : fmt::format("{} is not a valid plan:\n{}", what, list));
}

} // namespace cirque::plan
