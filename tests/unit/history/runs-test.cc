// SPDX-License-Identifier: Apache-2.0
#include "history/runs.hh"

#include "event/journal/journal.hh"
#include "tests/unit/event/every-event.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace cirque::history {
namespace {

class RunsTest : public testing::Test {
  protected:
    test::TemporaryFolder state;

    static RunId id(int n) { return *RunId::parse(fmt::format("0197a8c2-1f3e-7abc-8def-{:012x}", n)); }

    RunFolder make(int n, bool finished) {
        RunFolder folder = makeRunFolder(state.path(), id(n)).value();
        std::vector<event::Body> bodies{event::RunStarted{fmt::format("run {}", n), "ci.nix", "/t", "0", 1}};
        if (finished) {
            bodies.push_back(event::RunFinished{Outcome::succeeded(), 0});
        }
        auto events = test::numbered(std::move(bodies));
        auto journal = event::JournalWriter::create(folder.journal());
        EXPECT_TRUE(journal && journal->append(events));
        return folder;
    }
};

} // namespace

TEST_F(RunsTest, ANewStateFolderHasNoRuns) {
    EXPECT_TRUE(loadRuns(state / "nowhere", 10).value().empty());
    EXPECT_FALSE(findRun(state / "nowhere", "0"));
}

TEST_F(RunsTest, ListsTheNewestFirstAndNoMoreThanAsked) {
    make(1, true);
    make(3, false);
    make(2, true);
    ASSERT_EQ(::mkdir((state / "runs/not-a-run").c_str(), 0755), 0);
    const auto runs = loadRuns(state.path(), 2).value();
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0].name, "run 3");
    EXPECT_EQ(runs[0].state, RunState::Interrupted);
    EXPECT_EQ(runs[1].name, "run 2");
    EXPECT_EQ(runs[1].state, RunState::Finished);
}

TEST_F(RunsTest, TheLockTellsARunningRunFromAnInterruptedOne) {
    const RunFolder folder = make(1, false);
    {
        const auto lock = RunLock::acquire(folder.lock());
        ASSERT_TRUE(lock);
        EXPECT_TRUE(RunLock::isHeld(folder.lock()));
        EXPECT_EQ(loadRun(state.path(), id(1))->state, RunState::Running);
    }
    EXPECT_FALSE(RunLock::isHeld(folder.lock()));
    EXPECT_EQ(loadRun(state.path(), id(1))->state, RunState::Interrupted);
}

// What a reader keeps must never freeze a run that goes on.
TEST_F(RunsTest, OnlyFinishedRunsAreKeptAsSummaries) {
    const RunFolder open = make(1, false);
    const RunFolder done = make(2, true);
    ASSERT_TRUE(loadRuns(state.path(), 10));
    EXPECT_NE(::access(open.summary().c_str(), F_OK), 0);
    ASSERT_EQ(::access(done.summary().c_str(), F_OK), 0);
    test::spill(done.journal(), "gone");
    EXPECT_EQ(loadRun(state.path(), id(2))->name, "run 2");
}

TEST_F(RunsTest, ABrokenSummaryIsMadeAnewFromTheJournal) {
    const RunFolder folder = make(1, true);
    for (const char* text : {"", "{", "{}", "[[[["}) {
        test::spill(folder.summary(), text);
        const auto run = loadRun(state.path(), id(1));
        ASSERT_TRUE(run);
        EXPECT_EQ(run->name, "run 1") << text;
        EXPECT_EQ(run->state, RunState::Finished);
    }
}

TEST_F(RunsTest, ADamagedRunIsListedAsSuchBesideTheOthers) {
    make(1, true);
    const RunFolder broken = make(2, true);
    const std::string journal = test::slurp(broken.journal());
    test::spill(broken.journal(), journal.substr(0, journal.find('\n') + 1) + "rubbish\n" + journal);
    const RunFolder empty = makeRunFolder(state.path(), id(3)).value();
    const auto runs = loadRuns(state.path(), 10).value();
    ASSERT_EQ(runs.size(), 3U);
    EXPECT_NE(runs[0].damage.find("cannot open the journal"), std::string::npos) << runs[0].damage;
    EXPECT_EQ(runs[1].name, "run 2");
    EXPECT_NE(runs[1].damage.find("line 2"), std::string::npos) << runs[1].damage;
    EXPECT_EQ(runs[1].state, RunState::Interrupted);
    EXPECT_EQ(runs[2].damage, "");
}

TEST_F(RunsTest, FindsARunByTheBeginningOfItsId) {
    make(0x11, true);
    make(0x12, true);
    EXPECT_EQ(findRun(state.path(), id(0x12).text()).value(), id(0x12));
    const auto several = findRun(state.path(), "0197A8C2");
    ASSERT_FALSE(several);
    EXPECT_EQ(several.error().message, "2 runs begin with '0197A8C2'");
    EXPECT_NE(several.error().hint.find(id(0x11).text()), std::string::npos);
    const auto none = findRun(state.path(), "f");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::NotFound);
    EXPECT_NE(none.error().hint.find("cirque runs"), std::string::npos);
    EXPECT_FALSE(findRun(state.path(), ""));
    EXPECT_EQ(shortId(id(1)), "0197a8c2-1f3e");
}

TEST_F(RunsTest, ARunThatIsNotThereIsNotFound) {
    const auto run = loadRun(state.path(), id(9));
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().code, ErrorCode::NotFound);
}

} // namespace cirque::history
