// SPDX-License-Identifier: Apache-2.0
// A matrix whose axes are known only now: the run grows by one job per combination, and the matrix itself
// ends when the last of them has.
#include "engine/run-machine.hh"
#include "plan/matrix.hh"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace cirque::engine {

Result<std::vector<plan::MatrixAxis>> RunMachine::settledAxes(const plan::Job& job) const {
    std::vector<plan::MatrixAxis> axes = job.matrix.axes;
    for (plan::MatrixAxis& axis : axes) {
        if (!axis.from) {
            continue;
        }
        const plan::Value& from = *axis.from;
        std::string text = from.text;
        if (from.kind == plan::Value::Kind::Result) {
            const int source = find(from.job);
            if (source < 0 || at(source).phase != Phase::Done) {
                return fail(ErrorCode::InvalidPlan,
                            fmt::format("axis '{}' takes its values from job '{}', which has not ended",
                                        axis.name, from.job),
                            fmt::format("add '{}' to the needs of '{}'", from.job, job.name));
            }
            const NamedValues& results = at(source).results;
            const auto found = std::find_if(results.begin(), results.end(),
                                            [&](const auto& result) { return result.first == from.text; });
            if (found == results.end()) {
                return fail(ErrorCode::NotFound,
                            fmt::format("axis '{}' takes its values from result '{}' of job "
                                        "'{}', which did not export it",
                                        axis.name, from.text, from.job));
            }
            text = found->second;
        } else if (from.kind != plan::Value::Kind::Literal) {
            return fail(ErrorCode::InvalidPlan, fmt::format("axis '{}' has no value yet", axis.name));
        }
        auto values = plan::parseAxisValues(text);
        if (!values) {
            return fail(std::move(values).error().within(fmt::format("while reading axis '{}'", axis.name)));
        }
        axis.values = std::move(*values);
        axis.from.reset();
    }
    return axes;
}

void RunMachine::expand(int job) {
    const JobPtr self = state(job).job;
    auto axes = settledAxes(*self);
    auto expanded = axes ? plan::expandMatrix(*self, *axes) : fail(std::move(axes).error());
    if (!expanded || expanded->empty()) {
        Outcome outcome =
            Outcome::failedWith(expanded ? "the matrix has no members" : expanded.error().text());
        outcome.hint = expanded ? std::string() : expanded.error().hint;
        complete(job, std::move(outcome));
        return;
    }
    std::vector<JobPtr> members;
    std::unordered_set<std::string> names;
    for (plan::Job& member : *expanded) {
        member.matrix.axes.clear();
        if (find(member.name) >= 0 || !names.insert(member.name).second) {
            complete(job, Outcome::failedWith(
                              fmt::format("its member '{}' has the name of another job", member.name)));
            return;
        }
        members.push_back(std::make_shared<const plan::Job>(std::move(member)));
    }
    ++active_;
    state(job).phase = Phase::Expanded;
    state(job).openMembers = static_cast<int>(members.size());
    const int first = static_cast<int>(jobs_.size());
    for (int i = 0; i < state(job).openMembers; ++i) {
        state(job).members.push_back(first + i);
    }
    add(std::move(members), job);
}

void RunMachine::settleMember(int parent) {
    JobState& matrix = state(parent);
    if (--matrix.openMembers > 0) {
        return;
    }
    std::vector<const JobState*> members;
    for (const int member : matrix.members) {
        members.push_back(&state(member));
    }
    complete(parent, combine(members));
}

} // namespace cirque::engine
