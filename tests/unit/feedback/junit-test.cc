// SPDX-License-Identifier: Apache-2.0
#include "feedback/junit.hh"

#include "tests/unit/feedback/samples.hh"

#include <fmt/format.h>

namespace cirque::feedback {
namespace {

TestReport read(std::string_view xml) {
    const Result<TestReport> report = parseJunit(xml);
    EXPECT_TRUE(report) << (report ? "" : report.error().text());
    return report.value_or(TestReport{});
}

TEST(Junit, SurefireWithFailureErrorAndSkip) {
    const TestReport report = read(sample("junit/surefire.xml"));
    EXPECT_EQ(counts(report), "1 2 1");
    EXPECT_EQ(report.duration, Millis{1512});
    ASSERT_EQ(report.failures.size(), 2U);
    EXPECT_EQ(report.failures[0].suite, "org.example.CartTest");
    EXPECT_EQ(report.failures[0].name, "removes");
    EXPECT_EQ(report.failures[0].message, "expected:<1> but was:<2>");
    EXPECT_EQ(report.failures[0].duration, Millis{1500});
    EXPECT_TRUE(report.failures[1].message.starts_with("java.lang.NullPointerException\n")) << "no message";
}

TEST(Junit, TestsThatPassedInTheEndArePassed) {
    EXPECT_EQ(counts(read(sample("junit/surefire-rerun.xml"))), "1 0 0");
    const TestReport report = read(sample("junit/nextest.xml"));
    EXPECT_EQ(counts(report), "2 1 0");
    EXPECT_EQ(report.failures.at(0).message, "thread 'tests::removes' panicked at src/lib.rs:9:5");
}

TEST(Junit, GtestWithPlacesAndDisabledTests) {
    const TestReport report = read(sample("junit/gtest.xml"));
    EXPECT_EQ(counts(report), "1 1 1");
    EXPECT_EQ(report.failures.at(0).file, "split-test.cc");
    EXPECT_EQ(report.failures.at(0).line, 17);
    EXPECT_TRUE(report.failures.at(0).message.starts_with("split-test.cc:19\nExpected"));
}

TEST(Junit, PytestJestAndGo) {
    const TestReport pytest = read(sample("junit/pytest.xml"));
    EXPECT_EQ(counts(pytest), "1 2 1");
    EXPECT_EQ(pytest.failures.at(1).suite, "pytest") << "no classname: the suite's name";
    const TestReport jest = read(sample("junit/jest.xml"));
    EXPECT_EQ(counts(jest), "1 1 0");
    EXPECT_EQ(jest.failures.at(0).name, "cart removes — ünïcode");
    EXPECT_EQ(counts(read(sample("junit/go-junit-report.xml"))), "1 1 0");
}

TEST(Junit, SuitesInSuitesAndErrorsOfASuiteItself) {
    const TestReport report = read(sample("junit/nested.xml"));
    EXPECT_EQ(counts(report), "1 2 0");
    EXPECT_EQ(report.failures.at(0).suite, "inner");
    EXPECT_EQ(report.failures.at(1).name, "broken-suite");
    EXPECT_EQ(report.failures.at(1).message, "could not start");
}

// A writer that lists fewer failures than it says must not look green.
TEST(Junit, FailuresThatAreSaidButNotListedCount) {
    EXPECT_EQ(counts(read("<testsuite failures='2' errors='1'><testcase name='a'/></testsuite>")), "1 3 0");
    EXPECT_EQ(counts(read("<testsuites failures='1'><testsuite failures='1'><testcase name='a'>"
                          "<failure/></testcase></testsuite></testsuites>")),
              "0 1 0");
    EXPECT_EQ(counts(read("<testsuite><testcase name='a' status='fail'/><testcase name='b' status='run'/>"
                          "</testsuite>")),
              "1 1 0");
}

TEST(Junit, OnlyReportsAreReports) {
    for (const char* other :
         {"<html/>", "<testcase name='a'/>", "<testsuite>", "<testsuite><testcase/>",
          "<testsuite><testcase name='a'><failure/><testcase name='b'/></testcase></testsuite>",
          "<!DOCTYPE x><testsuite/>"}) {
        EXPECT_FALSE(parseJunit(other)) << other;
    }
    EXPECT_EQ(read("<testsuite/>").total(), 0);
}

TEST(Junit, NumbersAreNeverAReasonToRefuse) {
    const TestReport report =
        read("<testsuite failures='x' errors='-5' time='1e999'><testcase name='a' time='nan' line='-1'/>"
             "<testcase name='b' time='-1'/><testcase name='c' time='99999999999999999'/>"
             "<testcase name='d' time='0.25'/></testsuite>");
    EXPECT_EQ(counts(report), "4 0 0");
    EXPECT_EQ(report.duration, Millis{250});
    EXPECT_GT(read("<testsuite failures='999999999999999999' errors='999999999999999999'/>").failed, 0);
}

TEST(Junit, AHundredFailuresAreNamedAndAllCounted) {
    std::string xml = "<testsuite>";
    for (int i = 0; i < 250; ++i) {
        xml += fmt::format("<testcase name='t{}'><failure message='{}'/></testcase>", i,
                           std::string(10'000, 'x'));
    }
    const TestReport report = read(xml + "</testsuite>");
    EXPECT_EQ(report.failed, 250);
    ASSERT_EQ(report.failures.size(), mostFailures);
    EXPECT_LE(report.failures[0].message.size(), 4096U);
}

} // namespace
} // namespace cirque::feedback
