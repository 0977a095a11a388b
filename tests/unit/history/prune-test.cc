// SPDX-License-Identifier: Apache-2.0
#include "history/prune.hh"

#include "event/journal/journal.hh"
#include "history/layout.hh"
#include "history/run-sizes.hh"
#include "history/runs.hh"
#include "tests/unit/event/every-event.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace cirque::history {
namespace {

constexpr std::int64_t minute = 60'000;

// The id of a run that began so many minutes ago.
RunId idOf(int minutesAgo) {
    const std::int64_t millis = wallNow().micros / 1000 - minutesAgo * minute;
    const std::string hex = fmt::format("{:012x}", millis);
    return *RunId::parse(fmt::format("{}-{}-7abc-8def-{:012x}", hex.substr(0, 8), hex.substr(8), minutesAgo));
}

class PruneTest : public testing::Test {
  protected:
    test::TemporaryFolder state;

    RunFolder make(const RunId& id, std::size_t bytes = 0, const std::string& rerunOf = {}) {
        RunFolder folder = makeRunFolder(state.path(), id).value();
        test::spill(folder.lock(), "");
        test::spill(folder.artifacts() + "/data", std::string(bytes, 'x'));
        auto journal = event::JournalWriter::create(folder.journal());
        event::RunStarted started{"ci", "ci.nix", "/t", "0", 1};
        started.rerunOf = rerunOf;
        EXPECT_TRUE(journal &&
                    journal->append(test::numbered({started, event::RunFinished{Outcome::succeeded(), 0}})));
        return folder;
    }

    // What a run leaves that could not begin, so long ago.
    RunFolder makeFailed(int minutesAgo, const char* journal) {
        RunFolder folder = makeRunFolder(state.path(), idOf(minutesAgo)).value();
        test::spill(folder.lock(), "");
        if (journal != nullptr) {
            test::spill(folder.journal(), journal);
        }
        age(folder, minutesAgo);
        return folder;
    }

    static void age(const RunFolder& folder, int minutes) {
        const timespec then{::time(nullptr) - static_cast<time_t>(minutes) * 60, 0};
        const std::array<timespec, 2> times{then, then};
        EXPECT_EQ(::utimensat(AT_FDCWD, folder.path.c_str(), times.data(), 0), 0);
    }

    [[nodiscard]] bool exists(const RunId& id) const {
        return ::access(runFolder(state.path(), id).path.c_str(), F_OK) == 0;
    }

    Pruned prune(PruneOptions options) { return pruneRuns(state.path(), options).value(); }
};

} // namespace

TEST(Retention, TheIdOfARunSaysWhenItBegan) {
    EXPECT_EQ(startOf(*RunId::parse("0197a8c2-1f3e-7abc-8def-0123456789ab")).micros, 0x0197a8c21f3e * 1000);
    const std::int64_t now = 1'795'214'036'780;
    EXPECT_EQ(startOf(RunId::make(now)).micros, now * 1000);
    EXPECT_EQ(startOf(RunId{}).micros, 0);
}

TEST(Retention, EachLimitTakesTheOldestAndLeavesTheNewest) {
    constexpr int day = 24 * 60;
    const std::vector<StoredRun> runs{{idOf(1), 500}, {idOf(2), 10}, {idOf(day), 10}, {idOf(3 * day), 10}};
    const auto expired = [&](RetentionLimits limits) {
        std::string out;
        for (const Expired& one : findExpired(runs, limits, wallNow())) {
            const auto place = std::ranges::find(runs, one.id, &StoredRun::id) - runs.begin();
            out += fmt::format("{}:{} ", place, toString(one.why));
        }
        return out;
    };
    EXPECT_EQ(expired({}), "");
    EXPECT_EQ(expired({2, {}, {}}), "3:count 2:count ");
    EXPECT_EQ(expired({{}, 1, {}}), "3:age 2:age ");
    EXPECT_EQ(expired({{}, {}, 520}), "3:size ");
    EXPECT_EQ(expired({{}, {}, 1}), "3:size 2:size 1:size ") << "the newest stays, however large it is";
    EXPECT_EQ(expired({3, 2, 519}), "3:count 2:size ");
}

TEST_F(PruneTest, RemovesTheOldestAndAllThatBelongsToThem) {
    const std::vector<RunId> ids{idOf(10), idOf(20), idOf(30), idOf(40)};
    std::ranges::for_each(ids, [&](const RunId& id) { make(id); });
    ASSERT_TRUE(io::makeFolders(state / ("work/" + ids[3].text())));
    const Pruned pruned = prune({{2, {}, {}}});
    ASSERT_EQ(pruned.removed.size(), 2U);
    EXPECT_EQ(pruned.removed[0].id, ids[3]) << "the oldest goes first";
    EXPECT_EQ(listRunIds(state.path()).value(), (std::vector<RunId>{ids[0], ids[1]}));
    EXPECT_NE(::access((state / ("work/" + ids[3].text())).c_str(), F_OK), 0);
}

TEST_F(PruneTest, WhatRunsAndWhatItRepeatsStay) {
    const RunId former = idOf(50);
    const RunId running = idOf(40);
    const RunId old = idOf(45);
    make(former);
    make(old);
    const RunFolder folder = make(running, 0, former.text());
    make(idOf(1));
    const auto lock = RunLock::acquire(folder.lock());
    ASSERT_TRUE(lock);
    const Pruned pruned = prune({{}, true});
    EXPECT_TRUE(exists(former));
    EXPECT_TRUE(exists(running));
    EXPECT_FALSE(exists(old));
    EXPECT_EQ(pruned.removed.size(), 2U);
    EXPECT_EQ(pruned.left, 2U);
}

// Between its folder and its lock and journal, a run must not lose the ground under its feet.
TEST_F(PruneTest, ARunThatIsAboutToBeginStays) {
    const RunId newborn = idOf(0);
    ASSERT_TRUE(makeRunFolder(state.path(), newborn));
    const RunId late = idOf(4); // its workflow took long to evaluate
    ASSERT_TRUE(makeRunFolder(state.path(), late));
    const RunFolder dead = makeFailed(5, nullptr);
    prune({});
    prune({{}, true});
    EXPECT_TRUE(exists(newborn));
    EXPECT_TRUE(exists(late));
    EXPECT_NE(::access(dead.path.c_str(), F_OK), 0);
}

// Wrong: three starts on a full disk, and the last three runs are gone with their logs.
TEST_F(PruneTest, WhatNeverBeganPushesNoRunOut) {
    const std::vector<RunId> ids{idOf(10), idOf(20), idOf(30), idOf(40)};
    std::ranges::for_each(ids, [&](const RunId& id) { make(id); });
    makeFailed(3, nullptr);
    makeFailed(4, "");
    makeFailed(5, R"({"v":1,"seq":1,"run":)");
    const RunId newborn = idOf(0);
    ASSERT_TRUE(makeRunFolder(state.path(), newborn));
    prune({{3, {}, {}}});
    EXPECT_EQ(listRunIds(state.path()).value(), (std::vector<RunId>{newborn, ids[0], ids[1], ids[2]}));
    make(idOf(50));
    makeFailed(3, nullptr);
    prune({{{}, {}, 1}});
    EXPECT_TRUE(exists(ids[0])) << "the newest run stays, whatever is younger";
}

// Wrong: what is damaged is taken for what never was.
TEST_F(PruneTest, ADamagedJournalIsARunAllTheSame) {
    const RunFolder damaged = makeFailed(5, "rubbish\nmore rubbish\n");
    prune({});
    EXPECT_EQ(::access(damaged.path.c_str(), F_OK), 0) << "its logs may be whole";
}

TEST_F(PruneTest, WhatACrashLeftIsNoRunAndGoesNextTime) {
    const RunId id = idOf(10);
    const RunFolder folder = make(id);
    const std::string trash = state / ("runs/.trash-" + id.text());
    ASSERT_EQ(::rename(folder.path.c_str(), trash.c_str()), 0);
    EXPECT_TRUE(listRunIds(state.path())->empty());
    EXPECT_TRUE(prune({}).removed.empty());
    EXPECT_NE(::access(trash.c_str(), F_OK), 0);
}

TEST_F(PruneTest, ADryRunRemovesNothing) {
    make(idOf(10));
    make(idOf(20));
    const Pruned pruned = prune({{}, true, true});
    EXPECT_EQ(pruned.removed.size(), 2U);
    EXPECT_EQ(listRunIds(state.path())->size(), 2U);
    EXPECT_NE(::access((state / "sizes").c_str(), F_OK), 0);
}

TEST_F(PruneTest, TheWorkOfOnePassIsBounded) {
    for (int age = 10; age < 30; ++age) {
        make(idOf(age));
    }
    const Pruned pruned = prune({{1, {}, {}}, false, false, 3, 3});
    EXPECT_EQ(pruned.removed.size(), 3U);
    EXPECT_EQ(pruned.left, 16U);
    EXPECT_EQ(listRunIds(state.path())->size(), 17U);
}

TEST_F(PruneTest, SizesAreMeasuredOnceAndForgottenWithTheirRun) {
    make(idOf(30), 1 << 20);
    make(idOf(20), 1 << 20);
    make(idOf(10));
    EXPECT_TRUE(prune({{{}, {}, 100 << 20}}).removed.empty());
    const auto ids = listRunIds(state.path()).value();
    const RunSizes sizes = RunSizes::load(state.path());
    EXPECT_GE(sizes.find(ids[1]).value_or(0), 1 << 20);
    // a size that is written down is believed: no folder is read for it
    test::spill(state / "sizes",
                fmt::format("{} 7\n{} 9\nrubbish\n{} -1\n", ids[1].text(), ids[2].text(), ids[0].text()));
    const Pruned pruned = prune({{{}, {}, 1'000'000}});
    EXPECT_TRUE(pruned.removed.empty());
    const Pruned small = prune({{{}, {}, 8}});
    EXPECT_EQ(small.removed.size(), 2U);
    EXPECT_FALSE(RunSizes::load(state.path()).find(ids[2]));
    test::spill(state / "sizes", "");
    EXPECT_TRUE(prune({{{}, {}, 100 << 20}}).problems.empty());
}

TEST_F(PruneTest, TwoAtOnceDoNotMeet) {
    make(idOf(10));
    const auto other = RunLock::acquire(state / "gc.lock");
    ASSERT_TRUE(other);
    const Pruned pruned = prune({{}, true});
    EXPECT_TRUE(pruned.busy);
    EXPECT_TRUE(pruned.removed.empty());
}

TEST_F(PruneTest, AStateFolderThatIsNotThereYetIsNotMade) {
    EXPECT_TRUE(pruneRuns(state / "nowhere", {{}, true}));
    EXPECT_NE(::access((state / "nowhere").c_str(), F_OK), 0);
}

} // namespace cirque::history
