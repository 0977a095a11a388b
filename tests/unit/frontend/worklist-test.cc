// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/worklist.hh"

#include <gtest/gtest.h>

#include <random>

namespace cirque::frontend {
namespace {

using Tasks = std::vector<Worklist::Task>;
using Kind = Worklist::Blame::Kind;

TEST(Worklist, TasksAreSharedEvenlyInBatches) {
    Worklist list(10, 2, 64);
    EXPECT_EQ(list.take(0), (Tasks{0, 1, 2, 3, 4}));
    EXPECT_EQ(list.take(1), (Tasks{5, 6, 7, 8, 9}));
    EXPECT_TRUE(list.take(2).empty());
    Worklist capped(10, 2, 3);
    EXPECT_EQ(capped.take(0).size(), 3u);
}

TEST(Worklist, WhatNixRefusesIsBlamedAndTheRestComesBack) {
    Worklist list(4, 1, 64);
    list.take(0);
    list.begun(0, 0);
    list.done(0, 0);
    list.begun(0, 1);
    const auto blame = list.ended(0, Worklist::End::Error);
    EXPECT_EQ(blame.kind, Kind::Failed);
    EXPECT_EQ(blame.task, 1u);
    EXPECT_EQ(list.take(1), (Tasks{2, 3}));
}

TEST(Worklist, WhatKillsItsEvaluatorIsTriedOnceMoreAloneThenBlamed) {
    Worklist list(3, 1, 64);
    list.take(0);
    list.begun(0, 0);
    EXPECT_EQ(list.ended(0, Worklist::End::Death).kind, Kind::Nobody);
    EXPECT_EQ(list.take(1), Tasks{0}) << "alone";
    list.begun(1, 0);
    const auto blame = list.ended(1, Worklist::End::Death);
    EXPECT_EQ(blame.kind, Kind::Died);
    EXPECT_EQ(blame.task, 0u);
    EXPECT_EQ(list.take(2), (Tasks{1, 2}));
}

TEST(Worklist, ASecondTryThatSucceedsIsASuccess) {
    Worklist list(1, 1, 64);
    list.take(0);
    list.begun(0, 0);
    list.ended(0, Worklist::End::Death);
    list.take(1);
    list.begun(1, 0);
    list.done(1, 0);
    EXPECT_EQ(list.ended(1, Worklist::End::Finished).kind, Kind::Nobody);
    EXPECT_TRUE(list.complete());
}

TEST(Worklist, AnEvaluatorThatLeavesATaskUndoneButSaysItIsFineIsNotBelieved) {
    Worklist list(1, 1, 64);
    list.take(0);
    list.begun(0, 0);
    EXPECT_EQ(list.ended(0, Worklist::End::Finished).kind, Kind::Nobody);
    EXPECT_FALSE(list.complete());
    list.take(1);
    list.begun(1, 0);
    EXPECT_EQ(list.ended(1, Worklist::End::Finished).kind, Kind::Died);
}

TEST(Worklist, AnEndBeforeAnyTaskIsNoTasksFault) {
    for (const auto end : {Worklist::End::Error, Worklist::End::Death, Worklist::End::Finished}) {
        Worklist list(2, 1, 64);
        list.take(0);
        EXPECT_EQ(list.ended(0, end).kind, Kind::All);
        EXPECT_FALSE(list.complete());
    }
}

TEST(Worklist, RecordsThatFitNothingChangeNothing) {
    Worklist list(2, 1, 64);
    list.take(0);
    EXPECT_FALSE(list.begun(0, 7));
    EXPECT_FALSE(list.begun(9, 0));
    EXPECT_FALSE(list.done(0, 0)) << "it was not begun";
    list.begun(0, 0);
    EXPECT_FALSE(list.done(0, 1));
    EXPECT_TRUE(list.done(0, 0));
    EXPECT_FALSE(list.done(0, 0));
}

// Whatever evaluators do, each task gets exactly one verdict, and the work ends.
TEST(Worklist, EveryTaskIsSettledOnceHoweverEvaluatorsEnd) {
    for (unsigned seed = 0; seed < 500; ++seed) {
        std::mt19937 random(seed);
        const std::size_t count = random() % 20;
        Worklist list(count, 1 + random() % 3, 1 + random() % 8);
        std::vector<int> verdicts(count, 0);
        std::size_t worker = 0;
        for (std::size_t turns = 0; !list.complete(); ++turns) {
            ASSERT_LT(turns, 3 * count + 3) << "seed " << seed;
            const Tasks batch = list.take(worker);
            ASSERT_FALSE(batch.empty()) << "seed " << seed;
            const std::size_t finishes = random() % (batch.size() + 1);
            for (std::size_t i = 0; i < finishes; ++i) {
                list.begun(worker, i);
                ++verdicts[*list.done(worker, i)];
            }
            if (finishes < batch.size()) {
                list.begun(worker, finishes);
            }
            const auto end = finishes == batch.size() ? Worklist::End::Finished
                             : random() % 2 == 0      ? Worklist::End::Error
                                                      : Worklist::End::Death;
            const auto blame = list.ended(worker++, end);
            ASSERT_NE(blame.kind, Kind::All);
            if (blame.kind != Kind::Nobody) {
                ++verdicts[blame.task];
            }
        }
        for (const int count1 : verdicts) {
            EXPECT_EQ(count1, 1) << "seed " << seed;
        }
    }
}

} // namespace
} // namespace cirque::frontend
