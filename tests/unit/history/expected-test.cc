// SPDX-License-Identifier: Apache-2.0
#include "history/expected.hh"

#include "history/runs.hh"
#include "tests/unit/event/every-event.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cirque::history {
namespace {

class ExpectedTest : public testing::Test {
  protected:
    test::TemporaryFolder state;
    int number = 0;

    // A run of `workflow` in `tree` whose job "a" took so long; later calls are newer runs.
    void ran(int seconds, const Outcome& outcome = Outcome::succeeded(), const std::string& tree = "/t",
             const std::string& workflow = "ci.nix", int attempts = 1) {
        RunSummary run;
        run.id = *RunId::parse(fmt::format("0197a8c2-{:04x}-7abc-8def-0123456789ab", ++number));
        run.state = RunState::Finished;
        run.tree = tree;
        run.workflow = workflow;
        JobSummary job;
        job.name = "a";
        job.number = 1;
        job.outcome = outcome;
        job.attempts = attempts;
        job.duration = Millis(seconds * 1000);
        run.jobs.push_back(job);
        const RunFolder folder = makeRunFolder(state.path(), run.id).value();
        ASSERT_TRUE(saveSummary(folder, run));
    }

    [[nodiscard]] Millis expected() const {
        const auto all = loadExpected(state.path(), "/t", "ci.nix");
        const auto found = all.find("a");
        return found == all.end() ? Millis(-1) : found->second;
    }
};

} // namespace

TEST_F(ExpectedTest, NothingIsKnownWithoutHistory) {
    EXPECT_EQ(expected(), Millis(-1));
    EXPECT_TRUE(loadExpected(state / "nowhere", "/t", "ci.nix").empty());
}

TEST_F(ExpectedTest, TheMedianIsNotMovedByOneSlowRun) {
    for (const int seconds : {5, 6, 900, 4, 5}) {
        ran(seconds);
    }
    EXPECT_EQ(expected(), Millis(5000));
}

TEST_F(ExpectedTest, OnlyTheLastTenSuccessesCount) {
    for (int i = 0; i < 10; ++i) {
        ran(100);
    }
    for (int i = 0; i < 10; ++i) {
        ran(7);
    }
    EXPECT_EQ(expected(), Millis(7000));
}

TEST_F(ExpectedTest, OtherOutcomesTreesWorkflowsAndReusedResultsDoNotCount) {
    ran(3);
    ran(50, Outcome::failedExit(1));
    ran(50, Outcome::cached());
    ran(50, Outcome::succeeded(), "/other");
    ran(50, Outcome::succeeded(), "/t", "other.nix");
    ran(50, Outcome::succeeded(), "/t", "ci.nix", 0);
    EXPECT_EQ(expected(), Millis(3000));
}

// A busy state folder must not make every run slow: what is further back than the bound is not looked at.
TEST_F(ExpectedTest, LooksAtABoundedNumberOfRuns) {
    ran(3);
    for (int i = 0; i < 200; ++i) {
        ran(9, Outcome::succeeded(), "/other");
    }
    EXPECT_EQ(expected(), Millis(-1));
}

} // namespace cirque::history
