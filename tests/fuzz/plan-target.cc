// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hh"
#include "plan/effective.hh"
#include "plan/graph.hh"
#include "plan/matrix.hh"
#include "plan/params.hh"
#include "plan/parse.hh"
#include "plan/runnable.hh"
#include "tests/fuzz/target.hh"

#include <array>

namespace cirque::fuzz {
namespace {

// Every reader of a valid plan, so that a plan that passes the checks cannot break one.
void useEverything(plan::Plan read) {
    constexpr std::array<std::string_view, 1> kinds{"local"};
    const std::vector<plan::Problem> refused = plan::unsupportedParts(read, kinds, "x86_64-linux");
    CIRQUE_ASSERT(!plan::describe(refused).empty() || refused.empty(), "a refusal must say something");
    const plan::Graph graph(read.jobs);
    CIRQUE_ASSERT(graph.findCycle().empty(), "a valid plan has no cycle");
    CIRQUE_ASSERT(graph.topologicalOrder().size() == read.jobs.size(), "a valid plan has an order");
    for (const plan::Job& job : read.jobs) {
        for (const plan::Step& step : job.steps) {
            const plan::RetryPolicy policy = plan::stepRetry(read, job, step);
            CIRQUE_ASSERT(plan::retryDelay(policy, policy.maxAttempts) <= policy.maxTime,
                          "no wait is above the cap");
        }
    }
    if (plan::bindParams(read, {})) {
        for (const plan::Job& job : read.jobs) {
            const auto unknown = [](const plan::MatrixAxis& axis) { return axis.from.has_value(); };
            if (!job.matrix.axes.empty() && std::ranges::none_of(job.matrix.axes, unknown)) {
                const Result<std::vector<plan::Job>> members = plan::expandMatrix(job, job.matrix.axes);
                CIRQUE_ASSERT(!members || !members->empty(), "a matrix has members or an error");
            }
        }
    }
}

} // namespace

void plan(std::string_view bytes) {
    const Result<plan::Plan> read = plan::parsePlanText(bytes, "fuzz.json");
    if (!read) {
        CIRQUE_ASSERT(!read.error().message.empty(), "a refusal must say why");
        return;
    }
    const std::string canonical = toPretty(plan::toJson(*read));
    const Result<plan::Plan> again = plan::parsePlanText(canonical, "again.json");
    CIRQUE_ASSERT(again.has_value(), "the canonical document must be valid");
    CIRQUE_ASSERT(*again == *read, "the canonical document must be the same plan");
    useEverything(*read);
}

} // namespace cirque::fuzz
