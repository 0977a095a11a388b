// SPDX-License-Identifier: Apache-2.0
#include "report/lines/lines.hh"

#include "base/json.hh"
#include "base/text.hh"
#include "tests/unit/event/every-event.hh"
#include "tests/unit/report/recorded.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>

namespace cirque::report {
namespace {

std::string played(LineFormat format) {
    std::string out;
    LineListener listener([&](std::string_view text) { out += text; }, format);
    test::play(listener);
    // lines of output carry the time they came at
    return std::regex_replace(out, std::regex("20(2[7-9]|[3-9][0-9])-[0-9T:.-]*Z|2026-11-2[1-9]T[0-9:.]*Z"),
                              "NOW");
}

} // namespace

TEST(LineFormats, LookAsTheGoldenFilesSay) {
    const std::vector<std::pair<std::string, LineFormat>> formats{
        {"structured", LineFormat::Structured}, {"simple", LineFormat::Simple}, {"json", LineFormat::Json}};
    for (const auto& [name, format] : formats) {
        std::string out;
        LineListener listener([&](std::string_view text) { out += text; }, format);
        test::play(listener);
        // the lines that steps print carry the time they came at, which is now
        out = std::regex_replace(out, std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"),
                                 "TIME");
        test::expectGolden(fmt::format("{}/report/lines-{}.txt", CIRQUE_TEST_DATA, name), out);
    }
}

TEST(LineFormats, EveryLineOfJsonIsAnObjectWithTimeWorkflowAndMessage) {
    const std::string out = played(LineFormat::Json);
    std::size_t lines = 0;
    for (const std::string_view line : split(out, '\n')) {
        if (line.empty()) {
            continue;
        }
        ++lines;
        boost::system::error_code code;
        const Json json = boost::json::parse(std::string(line), code);
        ASSERT_FALSE(code) << line;
        ASSERT_TRUE(json.is_object()) << line;
        EXPECT_TRUE(json.as_object().contains("time") && json.as_object().contains("workflow")) << line;
        EXPECT_TRUE(json.as_object().contains("message") || json.as_object().contains("message64")) << line;
    }
    EXPECT_GT(lines, 20U);
}

// The last line of a step is not lost when it has no newline, and stands before the step's end.
TEST(LineFormats, AnUnfinishedLastLineIsKept) {
    const std::string out = played(LineFormat::Simple);
    const std::size_t half = out.find("half\n");
    ASSERT_NE(half, std::string::npos) << out;
    EXPECT_LT(half, out.find("Retrying")) << out;
}

TEST(LineFormats, NoControlCharacterReachesATerminal) {
    for (const LineFormat format : {LineFormat::Structured, LineFormat::Simple, LineFormat::Json}) {
        LineRecord record;
        const std::string evil = "\x1b[2J\x07\r\n\x9b"
                                 "31m";
        record.workflow = record.job = record.action = record.message = evil;
        record.event = "→";
        record.details.emplace_back("k", evil);
        std::string out;
        appendRecord(out, record, format);
        EXPECT_EQ(out.find('\n'), out.size() - 1) << out;
        out.pop_back();
        EXPECT_TRUE(isValidUtf8(out));
        EXPECT_FALSE(hasControlCharacter(out)) << out;
    }
}

} // namespace cirque::report
