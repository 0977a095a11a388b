// SPDX-License-Identifier: Apache-2.0
#include "report/timeline/waterfall.hh"

#include "base/columns.hh"
#include "base/text.hh"
#include "tests/unit/report/timeline-sample.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

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

TEST(Waterfall, StepsGiveWayWhenThereAreTooManyLines) {
    const history::Timeline line = test::recordedTimeline();
    const std::string few = toWaterfall(line, {100, false, 5});
    EXPECT_EQ(few.find("check it"), std::string::npos);
    EXPECT_NE(few.find("steps are left out"), std::string::npos);
}

} // namespace cirque::report
