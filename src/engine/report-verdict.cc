// SPDX-License-Identifier: Apache-2.0
#include "engine/report-verdict.hh"

#include <fmt/format.h>

namespace cirque::engine {
namespace {

struct Sum {
    std::int64_t failed = 0;
    std::int64_t total = 0;
};

Sum sumOf(const ReportsRead& read) {
    Sum sum;
    for (const event::TestsReported& tests : read.tests) {
        sum.failed += tests.failed;
        sum.total += tests.passed + tests.failed + tests.skipped;
    }
    return sum;
}

// "a, b, c and 4 more".
std::string failedNames(const ReportsRead& read, std::int64_t failed) {
    constexpr std::int64_t most = 3;
    std::int64_t named = 0;
    std::string out;
    for (const event::TestsReported& tests : read.tests) {
        for (const event::TestCase& test : tests.failures) {
            if (named < most) {
                out += named++ == 0 ? ": " : ", ";
                out += test.name;
            }
        }
    }
    return named > 0 && failed > named ? fmt::format("{} and {} more", out, failed - named) : out;
}

Outcome failedBecause(const plan::Report& report, std::string_view why, std::string hint) {
    Outcome outcome = Outcome::failedWith(fmt::format("{}: {}", describe(report), why));
    outcome.hint = std::move(hint);
    return outcome;
}

} // namespace

std::string describe(const plan::Report& report) {
    return report.step.empty() ? fmt::format("report '{}'", report.path)
                               : fmt::format("the report of step '{}'", report.step);
}

std::optional<Outcome> reportVerdict(const plan::Report& report, const ReportsRead& read) {
    const std::string other =
        "failOnFailedTests = false of the report shows failed tests without failing the job";
    const Sum sum = sumOf(read);
    if (!read.problems.empty()) {
        const std::size_t more = read.problems.size() - 1;
        return failedBecause(report,
                             more == 0 ? read.problems.front()
                                       : fmt::format("{} (and {} more)", read.problems.front(), more),
                             read.hint);
    }
    if (!report.failOnFailedTests) {
        return std::nullopt;
    }
    if (sum.failed > 0) {
        return failedBecause(
            report,
            fmt::format("{} of {} tests failed{}", sum.failed, sum.total, failedNames(read, sum.failed)),
            other);
    }
    return sum.total == 0 ? std::optional(failedBecause(report, "there is no test in it", other))
                          : std::nullopt;
}

} // namespace cirque::engine
