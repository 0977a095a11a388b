// SPDX-License-Identifier: Apache-2.0
#include "plan/matrix.hh"

#include "plan/convert.hh"
#include "plan/formats.hh"
#include "plan/location.hh"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace cirque::plan {
namespace {

constexpr std::size_t mostMembers = 1000;

Result<std::size_t> countMembers(const Job& job, const std::vector<MatrixAxis>& axes) {
    std::size_t members = 1;
    for (const MatrixAxis& axis : axes) {
        if (axis.values.empty()) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("axis {} of job {} has no values", quoted(axis.name), quoted(job.name)),
                        "a matrix without members would prove nothing");
        }
        members *= std::min(axis.values.size(), mostMembers + 1);
        if (members > mostMembers) {
            return fail(ErrorCode::InvalidPlan, fmt::format("the matrix of job {} has more than {} members",
                                                            quoted(job.name), mostMembers));
        }
    }
    return members;
}

// The member whose combination has the number `number`, the last axis counting fastest.
Job makeMember(const Job& job, const std::vector<MatrixAxis>& sorted, std::size_t number) {
    std::vector<std::pair<std::string, std::string>> values(sorted.size());
    for (std::size_t i = sorted.size(); i-- > 0;) {
        const std::size_t count = sorted[i].values.size();
        values[i] = {sorted[i].name, sorted[i].values[number % count]};
        number /= count;
    }
    std::string suffix;
    for (const auto& [axis, value] : values) {
        suffix += "-" + axis + "-" + value;
    }
    Job member = job;
    member.name += suffix;
    for (ArtifactOutput& output : member.outputs) {
        output.name += suffix;
    }
    member.matrix.axes.clear();
    member.matrix.values = std::move(values);
    return member;
}

Result<void> checkNames(const Job& member) {
    if (const std::string problem = formatProblem(Type::Name, member.name); !problem.empty()) {
        return fail(ErrorCode::InvalidPlan,
                    fmt::format("a matrix member's name {} {}", quoted(member.name), problem),
                    "use shorter axis values without control characters");
    }
    for (const ArtifactOutput& output : member.outputs) {
        if (const std::string problem = formatProblem(Type::Name, output.name); !problem.empty()) {
            return fail(
                ErrorCode::InvalidPlan,
                fmt::format("the artifact name {} of a matrix member {}", quoted(output.name), problem),
                "use a shorter name");
        }
    }
    return {};
}

} // namespace

Result<std::vector<Job>> expandMatrix(const Job& job, const std::vector<MatrixAxis>& axes) {
    CIRQUE_TRY_ASSIGN(const std::size_t count, countMembers(job, axes));
    std::vector<MatrixAxis> sorted = axes;
    std::ranges::sort(sorted, {}, &MatrixAxis::name);
    std::vector<Job> members;
    members.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        members.push_back(makeMember(job, sorted, i));
        CIRQUE_TRY(checkNames(members.back()));
    }
    std::unordered_set<std::string_view> names;
    for (const Job& member : members) {
        if (!names.insert(member.name).second) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("two members of the matrix of job {} would be named {}", quoted(job.name),
                                    quoted(member.name)),
                        "give each axis every value once");
        }
    }
    return members;
}

Result<std::vector<std::string>> parseAxisValues(std::string_view text) {
    constexpr std::string_view hint =
        "write a JSON list of strings, numbers or booleans, such as [\"a\", \"b\"]";
    CIRQUE_TRY_ASSIGN(const Json json, parseJson(text, "axis values"));
    if (!json.is_array()) {
        return fail(ErrorCode::InvalidPlan, fmt::format("{} is not a list", quoted(text)), std::string(hint));
    }
    for (const Json& element : json.get_array()) {
        if (element.is_null() || element.is_array() || element.is_object()) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("{} is not a string, number or boolean", quoted(toLine(element))),
                        std::string(hint));
        }
        if (element.is_string()) {
            if (const std::string problem =
                    formatProblem(Type::Scalar, std::string_view(element.get_string()));
                !problem.empty()) {
                return fail(ErrorCode::InvalidPlan, fmt::format("a value {}", problem), std::string(hint));
            }
        }
    }
    return convert::scalars(json);
}

} // namespace cirque::plan
