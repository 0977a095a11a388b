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

TEST(Junit, ASuiteThatListsFewerTestsThanItCountsIsNotWhole) {
    for (const char* broken :
         {"<testsuite name='s' tests='10'><testcase name='a'/></testsuite>", "<testsuite tests='1'/>",
          "<testsuites tests='3'><testsuite tests='2'><testcase/><testcase/></testsuite></testsuites>",
          R"(<testsuites><testsuite tests='1'><testcase/><testcase/></testsuite>
             <testsuite tests='2'><testcase/></testsuite></testsuites>)",
          "<testsuite tests='4' skipped='1'><testcase/><testcase><skipped/></testcase></testsuite>",
          "<testsuite tests='4' skipped='1'><testcase/><testcase/></testsuite>",
          "<testsuite tests='3' hostname='box'><testcase/></testsuite>",
          "<testsuite tests='99999999999'><testcase/></testsuite>"}) {
        EXPECT_NE(read(broken).flaw, "") << broken;
    }
    EXPECT_EQ(read("<testsuite name='s' tests='10'><testcase name='a'/></testsuite>").flaw,
              "the suite 's' counts 10 tests and lists 1");
}

// What writers in use count differs.
TEST(Junit, OtherNumbersOfKnownWritersAreNoFlaw) {
    for (const char* whole :
         {"<testsuites tests='2'><testsuite tests='2'><testsuite tests='1'><testcase/></testsuite>"
          "<testcase/></testsuite></testsuites>",
          "<testsuites tests='1'><testsuite tests='0'><testcase/><testcase/></testsuite></testsuites>",
          "<testsuite tests='3' skipped='2'><testcase/></testsuite>",
          "<testsuite tests='3' skipped='1' "
          "disabled='1'><testcase/><testcase><skipped/></testcase></testsuite>",
          "<testsuite tests='2'><testcase><flakyFailure/></testcase></testsuite>",
          "<testsuite tests='2' errors='1'><testcase><error/></testcase></testsuite>",
          "<testsuites tests='9'><testsuite tests='9'><properties><property name='cirque.unlisted' "
          "value='8'/>"
          "</properties><testcase/></testsuite></testsuites>",
          "<testsuites><testsuite tests='412' hostname='tbd'><testcase/></testsuite></testsuites>",
          "<testsuites><testsuite tests='9' doctest_version='2.4.11'><testcase/></testsuite></testsuites>"}) {
        EXPECT_EQ(read(whole).flaw, "") << whole;
    }
    for (const char* file :
         {"surefire", "surefire-rerun", "nextest", "gtest", "pytest", "jest", "go-junit-report", "nested"}) {
        EXPECT_EQ(read(sample(fmt::format("junit/{}.xml", file))).flaw, "") << file;
    }
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

// Read as zero they would switch off what they are for.
TEST(Junit, ACountThatIsNoneIsMalformed) {
    for (const char* name : {"tests", "failures", "errors"}) {
        for (const char* number : {"99999999999999999999", "5.0", "-1", "all", "1 2", "0x1"}) {
            EXPECT_FALSE(parseJunit(fmt::format("<testsuite {}='{}'><testcase/></testsuite>", name, number)))
                << name << " " << number;
        }
        EXPECT_TRUE(parseJunit(fmt::format("<testsuite {}=''><testcase/></testsuite>", name)));
    }
    EXPECT_EQ(parseJunit("<testsuite tests='5.0'/>").error().message,
              "it is malformed: tests=\"5.0\" of a suite is no count");
}

TEST(Junit, AFailureDeeperInATestCaseCounts) {
    const TestReport report =
        read("<testsuite><testcase name='a'><details><failure message='deep'/></details>"
             "</testcase><testcase name='b'><x><y><error>why</error></y></x></testcase>"
             "<testcase name='c'><failure>one<error>two</error></failure></testcase>"
             "<testcase name='d'><x/></testcase></testsuite>");
    EXPECT_EQ(counts(report), "1 3 0");
    EXPECT_EQ(report.failures.at(0).message, "deep");
    EXPECT_EQ(report.failures.at(1).message, "why");
}

TEST(Junit, OtherNumbersAreNeverAReasonToRefuse) {
    const TestReport report =
        read("<testsuite skipped='x' disabled='-5' time='1e999'><testcase name='a' time='nan' line='-1'/>"
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
