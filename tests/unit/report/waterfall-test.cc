// SPDX-License-Identifier: Apache-2.0
#include "report/timeline/waterfall.hh"

#include "base/columns.hh"
#include "base/text.hh"
#include "tests/unit/report/timeline-sample.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace cirque::report {
namespace {

std::vector<std::string_view> linesOf(std::string_view text) {
    return split(text.substr(0, text.size() - 1), '\n');
}

} // namespace

TEST(Waterfall, ShowsARunAsTheGoldenFileSays) {
    const history::Timeline line = test::recordedTimeline();
    test::expectGolden(CIRQUE_TEST_DATA "/report/waterfall.txt", toWaterfall(line, {60, false}) +
                                                                     toWaterfall(line, {100, true}) +
                                                                     toWaterfall(line, {200, false}));
}

TEST(Waterfall, NoLineIsWiderThanTheTerminal) {
    history::Timeline line = test::recordedTimeline();
    line.jobs[0].name = std::string(300, 'x');
    line.jobs[1].name = "試験試験試験試験試験試験試験試験試験試験試験試験";
    line.name = std::string(300, 'n');
    for (const std::size_t width : {60U, 61U, 80U, 100U, 143U, 200U}) {
        for (const std::string_view one : linesOf(toWaterfall(line, {width, false}))) {
            EXPECT_LE(columns(one), width) << one;
        }
    }
}

// A step of a millisecond in a run of an hour must not vanish, and a bar never leaves its place.
TEST(Waterfall, WhatWasShortIsStillSeen) {
    history::Timeline line = test::recordedTimeline();
    line.length = std::chrono::hours(1);
    for (const std::string_view one : linesOf(toWaterfall(line, {100, false}))) {
        EXPECT_TRUE(!one.contains("style") || one.contains("█")) << one;
    }
}

TEST(Waterfall, AnEmptyRunAndABrokenOneHaveAPage) {
    EXPECT_NE(toWaterfall(history::Timeline{}, {100, false}), "");
    history::Timeline line = test::recordedTimeline();
    line.jobs[1].attempts[0].steps[0].tries[0].end.reset();
    line.damage = "line 7 is broken";
    EXPECT_NE(toWaterfall(line, {100, false}).find("line 7 is broken"), std::string::npos);
}

TEST(Waterfall, SaysHowLongTheEvaluationTook) {
    history::Timeline line = test::recordedTimeline();
    line.evaluation = event::EvaluationFinished{Millis(40), true, 0, 0};
    EXPECT_NE(toWaterfall(line, {100, false}).find("6.8s, after 40ms of evaluation (as before)"),
              std::string::npos)
        << toWaterfall(line, {100, false});
}

// Whatever a journal says, in whatever order, is drawn within the page.
TEST(Waterfall, RandomRunsStayWithinThePage) {
    std::mt19937 random(7);
    const auto moment = [&] { return history::Micros(static_cast<std::int64_t>(random() % 5000) - 100); };
    for (int round = 0; round < 300; ++round) {
        history::Timeline line;
        line.length = history::Micros(random() % 5000);
        for (unsigned i = 0; i < random() % 6; ++i) {
            history::JobSpan& job = line.jobs.emplace_back();
            job.name = fmt::format("job {}", i);
            job.needs = {fmt::format("job {}", random() % 6)};
            job.finished = random() % 2 == 0 ? std::optional(moment()) : std::nullopt;
            job.queued = random() % 3 == 0 ? std::optional(moment()) : std::nullopt;
            for (unsigned k = 0; k < random() % 3; ++k) {
                history::AttemptSpan& attempt = job.attempts.emplace_back();
                attempt.start = moment();
                attempt.end = random() % 2 == 0 ? std::optional(moment()) : std::nullopt;
                attempt.provisionStart = moment();
                attempt.steps.push_back(
                    {0, "s", {{1, moment(), {}, {}}, {2, moment(), moment(), {}}}, {}, {}});
            }
        }
        for (const std::string_view one : linesOf(toWaterfall(line, {60, false}))) {
            EXPECT_LE(columns(one), 60U) << one;
        }
    }
}

TEST(Waterfall, StepsGiveWayWhenThereAreTooManyLines) {
    const history::Timeline line = test::recordedTimeline();
    const std::string few = toWaterfall(line, {100, false, 5});
    EXPECT_EQ(few.find("check it"), std::string::npos);
    EXPECT_NE(few.find("steps and services are left out"), std::string::npos);
}

} // namespace cirque::report
