// SPDX-License-Identifier: Apache-2.0
// What test reports and summaries make of a job: each sentence of docs/contracts.md about them.
#include "tests/unit/engine/steps-world.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

const std::string good =
    "<testsuite><testcase name='a'/><testcase name='b'><skipped/></testcase></testsuite>";
const std::string bad =
    "<testsuite><testcase name='a'/><testcase name='b'><failure message='no'/></testcase></testsuite>";

struct Reports : Steps {
    std::map<std::string, Result<exec::JobFiles>> files;

    Reports() {
        one.steps = {step("unit"), step("next")};
        executor.siteScript = [this](const exec::Place&) {
            SiteScript site;
            site.files = files;
            return site;
        };
    }

    void file(const std::string& path, const std::string& bytes) {
        one.reports.push_back({path, "", "", true});
        files.insert_or_assign(path, exec::JobFiles{{{path, bytes}}, {}});
    }

    void log(const std::string& bytes, const std::string& format) {
        one.reports.push_back({"", "unit", format, true});
        does["unit"] = {Script{.print = bytes}};
    }

    std::vector<event::TestsReported> told() { return journal.all<event::TestsReported>(); }

    std::vector<event::Notice> notices() { return journal.all<event::Notice>(); }
};

TEST(Reports, AreToldAndAGoodOneChangesNothing) {
    Reports world;
    world.file("junit.xml", good);
    EXPECT_EQ(world.go().exitStatus, 0);
    ASSERT_EQ(world.told().size(), 1U);
    const event::TestsReported told = world.told()[0];
    EXPECT_EQ(told.job + told.source + told.format, "ajunit.xmljunit");
    EXPECT_EQ(told.passed, 1);
    EXPECT_EQ(told.skipped, 1);
    EXPECT_TRUE(world.notices().empty());
}

// The false green this is for: the step exits with 0, the tests did not pass.
TEST(Reports, AFailedTestFailsTheJobWhoseStepsSucceeded) {
    Reports world;
    world.file("junit.xml", bad);
    world.one.outputs = {{"dist", "dist", false}};
    world.one.results = {"v"};
    world.does["unit"] = {Script{.outputs = {{"v", "1"}}}};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.ofJob().message, "report 'junit.xml': 1 of 2 tests failed: b");
    EXPECT_FALSE(world.ofJob().hint.empty());
    EXPECT_TRUE(world.executor.saved.empty()) << "nothing of it is taken for good";
    EXPECT_TRUE(world.journal.all<event::ResultExported>().empty());
    EXPECT_EQ(world.told().at(0).failures.at(0).message, "no");
}

TEST(Reports, FailedTestsMayBeShownOnly) {
    Reports world;
    world.file("junit.xml", bad);
    world.one.reports[0].failOnFailedTests = false;
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.told().at(0).failed, 1);
    world.files.clear();
    EXPECT_EQ(world.go().exitStatus, 1) << "but a missing report is one all the same";
}

TEST(Reports, MissingMalformedEmptyAndUnfinishedOnesFail) {
    const auto messageFor = [](const std::string& bytes) {
        Reports world;
        world.file("r", bytes);
        EXPECT_EQ(world.go().exitStatus, 1) << bytes;
        return world.ofJob().message;
    };
    EXPECT_EQ(messageFor(""), "report 'r': it is empty");
    EXPECT_EQ(messageFor("<testsuite>"), "report 'r': line 1: the document ends inside <testsuite>");
    EXPECT_EQ(messageFor("<testsuite/>"), "report 'r': there is no test in it");
    EXPECT_EQ(messageFor("1..2\nok 1\n"), "report 'r': 1 of 2 planned tests ran");
    EXPECT_TRUE(messageFor("hello").starts_with("report 'r': it is neither JUnit XML nor TAP"));
    Reports missing;
    missing.one.reports = {{"no/such.xml", "", "", true}};
    EXPECT_EQ(missing.go().exitStatus, 1);
    EXPECT_EQ(missing.ofJob().message, "report 'no/such.xml': there is no such file in the job's folder");
}

TEST(Reports, OneThatTheTreeBroughtAlongIsNoReport) {
    Reports world;
    world.one.reports = {{"junit.xml", "", "", true}};
    world.files.insert_or_assign("junit.xml", exec::JobFiles{{}, {"junit.xml"}});
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_NE(world.ofJob().message.find("no step wrote it"), std::string::npos) << world.ofJob().message;
}

TEST(Reports, OfAFailedJobAreToldAndTheirLackIsOnlyANotice) {
    Reports world;
    world.file("junit.xml", bad);
    world.one.reports.push_back({"missing.xml", "", "", true});
    world.does["unit"] = {failing(7)};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.ofJob().exit, 7) << "the step's own failure stays the reason";
    EXPECT_EQ(world.told().size(), 1U);
    ASSERT_EQ(world.notices().size(), 1U);
    EXPECT_EQ(world.notices()[0].level, "info");
}

TEST(Reports, AllFilesOfAPatternCountTogether) {
    Reports world;
    world.one.reports = {{"*.xml", "", "", true}};
    world.files.insert_or_assign("*.xml",
                                 exec::JobFiles{{{"a.xml", bad}, {"b.xml", bad}, {"c.xml", good}}, {}});
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.told().size(), 3U);
    EXPECT_EQ(world.ofJob().message, "report '*.xml': 2 of 6 tests failed: b, b");
}

TEST(Reports, StandOnTheOutputOfAStep) {
    Reports world;
    world.log("noise\n1..1\nnot ok 1 - header\n", "tap");
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.ofJob().message, "the report of step 'unit': 1 of 1 tests failed: header");
    EXPECT_EQ(world.told().at(0).source, "unit");
}

TEST(Reports, OfAStepAreThoseOfItsLastTry) {
    Reports world;
    world.log("", "tap");
    world.one.steps[0].retry = attempts(2);
    world.does["unit"] = {Script{.outcome = Outcome::failedExit(1), .print = "1..1\nnot ok 1\n"},
                          Script{.print = "1..1\nok 1\n"}};
    EXPECT_EQ(world.go().exitStatus, 0);
    ASSERT_EQ(world.told().size(), 1U);
    EXPECT_EQ(world.told()[0].passed, 1);
}

TEST(Reports, AJobThatTheyFailedIsRunAgain) {
    Reports world;
    world.file("junit.xml", bad);
    world.one.jobRetry = attempts(2);
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.told().size(), 2U) << "each attempt has reports of its own";
}

TEST(Reports, AStepThatDidNotRunReportsNothing) {
    Reports world;
    world.log("", "tap");
    world.one.steps[0].condition = {plan::When::Failure, ""};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.notices().at(0).message, "step 'unit' did not run, so it reported no tests");
}

TEST(Reports, APlaceThatCannotReadIsToldApart) {
    Reports world;
    world.one.reports = {{"a.xml", "", "", true}};
    world.files.insert_or_assign("a.xml", fail(ErrorCode::Io, "the disk is gone"));
    EXPECT_EQ(world.go().exitStatus, 3);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Infrastructure);
    world.files.insert_or_assign("a.xml", fail(ErrorCode::Permission, "a link leads out"));
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.journal.all<event::JobFinished>().back().outcome.kind, OutcomeKind::Failed);
}

TEST(Reports, ALogThatIsTooLargeIsTheJobsOwnDoing) {
    Reports world;
    world.log("1..1\nok 1\n", "tap");
    world.logs.readFails = Error{ErrorCode::Unsupported, "its log holds more than 5 bytes", "", {}};
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_NE(world.ofJob().message.find("more than 5 bytes"), std::string::npos);
}

TEST(Reports, ACancelledJobIsNotMadeFailedByThem) {
    Reports world;
    world.file("junit.xml", bad);
    world.one.reports.push_back({"missing.xml", "", "", true});
    world.does["unit"] = {Script{.sleep = Millis{5000}}};
    world.cancels = {{Millis{1000}, 2}};
    EXPECT_EQ(world.go().exitStatus, 130);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Cancelled);
}

TEST(Summaries, AreToldForEachTryThatWroteOne) {
    Reports world;
    world.one.steps[0].retry = attempts(2);
    world.does["unit"] = {Script{.outcome = Outcome::failedExit(1), .summary = "# first"},
                          Script{.summary = "# second"}};
    world.does["next"] = {Script{.summaryProblem = "it is too large"}};
    EXPECT_EQ(world.go().exitStatus, 0);
    const auto written = world.journal.all<event::SummaryWritten>();
    ASSERT_EQ(written.size(), 2U);
    EXPECT_EQ(written[1].text, "# second");
    EXPECT_EQ(written[1].ref.tryNumber, 2);
    EXPECT_EQ(world.notices().at(0).message, "the summary of step 'next' was not kept: it is too large");
}

} // namespace
} // namespace cirque::testing
