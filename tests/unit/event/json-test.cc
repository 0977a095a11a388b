// SPDX-License-Identifier: Apache-2.0
#include "event/types/json.hh"

#include "event/types/json-text.hh"
#include "event/types/reference.hh"
#include "tests/unit/event/every-event.hh"

#include <gtest/gtest.h>

#include <set>

namespace cirque::event {
namespace {

std::string journalOf(const std::vector<Event>& events) {
    std::string out;
    for (const Event& event : events) {
        appendLine(out, event);
    }
    return out;
}

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> out;
    std::size_t start = 0;
    for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
        out.push_back(text.substr(start, end - start));
    }
    return out;
}

const std::string head =
    R"({"v":1,"seq":1,"time":"2026-11-20T22:53:56.780123Z","mono":5,"run":"0197a8c2-1f3e-7abc-8def-0123456789ab",)";

} // namespace

// The written form changed: journals of released versions would no longer be what the page says.
TEST(EventJson, WritesWhatTheGoldenFileHolds) {
    test::expectGolden(CIRQUE_TEST_DATA "/event/v1.jsonl", journalOf(test::everyEvent()));
}

// A journal of version 1 no longer reads, or a field is lost on the way.
TEST(EventJson, ReadsTheGoldenFileBackIntoTheSameEvents) {
    const auto lines = linesOf(test::slurp(CIRQUE_TEST_DATA "/event/v1.jsonl"));
    const auto expected = test::everyEvent();
    ASSERT_EQ(lines.size(), expected.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto event = parseEvent(lines[i]);
        ASSERT_TRUE(event && *event) << lines[i];
        EXPECT_EQ((*event)->body.index(), expected[i].body.index());
        EXPECT_EQ(toLine(**event), lines[i]);
    }
}

// A type was added to the variant and not to the golden file.
TEST(EventJson, EveryTypeIsInTheGoldenEvents) {
    std::set<std::size_t> seen;
    for (const Event& event : test::everyEvent()) {
        seen.insert(event.body.index());
    }
    EXPECT_EQ(seen.size(), std::variant_size_v<Body>);
}

// The fast writer makes something that is not JSON.
TEST(EventJson, EveryLineIsOneJsonObject) {
    for (const std::string& line : linesOf(journalOf(test::everyEvent()))) {
        const auto json = parseJson(line, "line");
        ASSERT_TRUE(json) << json.error().text();
        EXPECT_TRUE(json->is_object());
    }
}

TEST(EventJson, BytesThatAreNotUtf8AreKeptInBase64) {
    const auto events = test::numbered({Notice{"info", "", "a\xff\x80z", ""}});
    const std::string line = toLine(events[0]);
    EXPECT_NE(line.find(R"("message64":"Yf+Aeg==")"), std::string::npos) << line;
    const auto back = parseEvent(line);
    ASSERT_TRUE(back && *back);
    EXPECT_EQ(std::get<Notice>((*back)->body).message, "a\xff\x80z");
}

TEST(EventJson, OutcomeMessagesThatAreNotUtf8SurviveToo) {
    const auto events = test::numbered({RunFinished{Outcome::failedWith("\xfe"), 1}});
    const auto back = parseEvent(toLine(events[0]));
    ASSERT_TRUE(back && *back);
    EXPECT_EQ(std::get<RunFinished>((*back)->body).outcome.message, "\xfe");
    EXPECT_EQ(*parseOutcome(Json(toJson(Outcome::failedWith("\xfe")))), Outcome::failedWith("\xfe"));
}

TEST(EventJson, ControlCharactersAreEscaped) {
    std::string all;
    for (int c = 0; c < 0x80; ++c) {
        all += static_cast<char>(c);
    }
    const auto events = test::numbered({Notice{"info", "", all, ""}});
    const std::string line = toLine(events[0]);
    EXPECT_TRUE(isPlainAscii(line.substr(0, line.find('\x7f'))));
    const auto back = parseEvent(line);
    ASSERT_TRUE(back && *back);
    EXPECT_EQ(std::get<Notice>((*back)->body).message, all);
}

TEST(EventJson, UnknownTypesAreSkippedAndUnknownFieldsIgnored) {
    const auto skipped = parseEvent(head + R"("type":"cache.hit","x":{"y":[1]}})");
    ASSERT_TRUE(skipped);
    EXPECT_FALSE(skipped->has_value());
    const auto known = parseEvent(head + R"("type":"job.queued","job":"a","priority":3})");
    ASSERT_TRUE(known && *known);
    EXPECT_EQ(std::get<JobQueued>((*known)->body).job, "a");
}

TEST(EventJson, OptionalFieldsMayBeAbsentAndRequiredOnesMayNot) {
    const auto event = parseEvent(head + R"("type":"notice","level":"info","message":"m"})");
    ASSERT_TRUE(event && *event);
    EXPECT_EQ(std::get<Notice>((*event)->body).hint, "");
    const auto broken = parseEvent(head + R"("type":"notice","level":"info"})");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code, ErrorCode::Corrupt);
    EXPECT_NE(broken.error().message.find("'message'"), std::string::npos);
}

TEST(EventJson, WhatIsNoRecordIsCorrupt) {
    const std::string deep =
        head + R"("type":"x","y":)" + std::string(1000, '[') + std::string(1000, ']') + "}";
    for (const std::string& line :
         {std::string(), std::string("{"), std::string("[]"), std::string("{}"), std::string("null"),
          head + R"("type":7})", head + R"("type":"job.queued","job":7})",
          head + R"("type":"job.queued","job64":"?"})",
          head + R"("type":"job.started","job":"a","attempt":1.5,"executor":"local"})",
          head + R"("type":"job.started","job":"a","attempt":99999999999,"executor":"local"})", deep,
          std::string("\0\0\0", 3)}) {
        const auto event = parseEvent(line);
        ASSERT_FALSE(event) << line;
        EXPECT_EQ(event.error().code, ErrorCode::Corrupt) << line;
    }
}

TEST(EventJson, ARecordOfANewerSchemaIsRefusedByName) {
    std::string line = head + R"("type":"plan.completed"})";
    line.replace(line.find("\"v\":1"), 5, "\"v\":2");
    const auto event = parseEvent(line);
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().code, ErrorCode::Unsupported);
}

TEST(EventJson, TheFastTimeIsTheSlowTime) {
    for (const std::int64_t micros :
         {0L, 1L, 951'782'399'999'999L, 1'795'214'036'780'123L, 4'102'444'800'000'000L}) {
        std::string out;
        appendIso8601(out, WallTime{micros});
        EXPECT_EQ(out, toIso8601(WallTime{micros}));
    }
}

// docs/reference/events.md no longer says what the table says.
TEST(EventReference, IsThePageInTheDocs) {
    test::expectGolden(CIRQUE_TEST_DATA "/../../docs/reference/events.md", eventReference());
}

} // namespace cirque::event
