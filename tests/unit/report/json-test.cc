// SPDX-License-Identifier: Apache-2.0
#include "report/json/json.hh"

#include "base/json.hh"
#include "base/text.hh"
#include "event/types/json.hh"
#include "tests/unit/event/every-event.hh"
#include "tests/unit/report/recorded.hh"

#include <gtest/gtest.h>

namespace cirque::report {

TEST(JsonListener, ShowsARunAsTheGoldenFileSays) {
    std::string out;
    JsonListener listener([&](std::string_view text) { out += text; });
    test::play(listener);
    for (const std::string_view line : split(std::string_view(out).substr(0, out.size() - 1), '\n')) {
        const auto json = parseJson(line, "line");
        ASSERT_TRUE(json) << line;
        EXPECT_TRUE(event::parseEvent(line)) << line; // readers of journals skip log.line
    }
    test::expectGolden(CIRQUE_TEST_DATA "/report/json.jsonl", out);
}

TEST(JsonListener, BytesThatAreNotUtf8AndLongLinesAreKept) {
    std::string out;
    JsonListener listener([&](std::string_view text) { out += text; });
    listener.onLog({"j", 1, 0, 1}, "\xff\n");
    EXPECT_NE(out.find(R"("n":1,"text64":"/w==")"), std::string::npos) << out;
    out.clear();
    listener.onLog({"j", 1, 0, 1}, std::string(event::maxLineBytes + 3, 'x') + "\n");
    EXPECT_NE(out.find(R"(xxx","split":true})"), std::string::npos);
    EXPECT_NE(out.find(R"("n":3,"text":"xxx"})"), std::string::npos);
}

TEST(JsonListener, TheUnfinishedLastLineStandsBeforeTheStepsEnd) {
    std::string out;
    JsonListener listener([&](std::string_view text) { out += text; });
    const TryRef ref{"j", 1, 0, 1};
    listener.onLog(ref, "rest");
    EXPECT_EQ(out, "");
    const auto events = test::numbered({event::StepFinished{ref, "s", {}, Millis(1)}});
    listener.onEvent(events[0]);
    EXPECT_LT(out.find(R"("text":"rest")"), out.find("step.finished"));
}

} // namespace cirque::report
