// SPDX-License-Identifier: Apache-2.0
#include "feedback/report.hh"

#include "tests/unit/feedback/samples.hh"

namespace cirque::feedback {
namespace {

std::string formatOf(std::string_view bytes) {
    const Result<TestReport> report = parseReport(bytes, "");
    return report ? report->format : "";
}

TEST(Report, TheContentSaysTheFormat) {
    EXPECT_EQ(formatOf(sample("junit/pytest.xml")), "junit");
    EXPECT_EQ(formatOf("\xef\xbb\xbf\n <testsuite/>"), "junit");
    EXPECT_EQ(formatOf(sample("tap/perl.tap")), "tap");
    EXPECT_EQ(formatOf("building\nTAP version 13\n1..1\nok 1\n"), "tap");
    EXPECT_EQ(formatOf(sample("gotest/mixed.json")), "gotest");
    EXPECT_EQ(formatOf("go: downloading x\n" + sample("gotest/exits.json")), "gotest");
    EXPECT_EQ(formatOf("nothing of the kind\n"), "");
}

TEST(Report, TheGivenFormatDecides) {
    EXPECT_FALSE(parseReport(sample("tap/v13.tap"), "junit"));
    EXPECT_FALSE(parseReport("<testsuite/>", "tap"));
    EXPECT_FALSE(parseReport("<testsuite/>", "subunit"));
    EXPECT_EQ(parseReport(sample("tap/v13.tap"), "tap")->format, "tap");
}

// What a killed test run leaves is often an empty file.
TEST(Report, AnEmptyFileIsNoReport) {
    for (const char* format : {"", "junit", "tap", "gotest"}) {
        EXPECT_FALSE(parseReport("", format));
        EXPECT_FALSE(parseReport(" \n\n", format));
    }
}

} // namespace
} // namespace cirque::feedback
