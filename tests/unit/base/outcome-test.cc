// SPDX-License-Identifier: Apache-2.0
#include "base/outcome.hh"

#include <gtest/gtest.h>

namespace cirque {
namespace {

TEST(Outcome, OnlySucceededAndCachedAreOk) {
    EXPECT_TRUE(Outcome::succeeded().ok());
    EXPECT_TRUE(Outcome::cached().ok());
    for (const Outcome& bad : {Outcome::failedExit(1), Outcome::failedSignal(9), Outcome::failedTimeout("t"),
                               Outcome::failedWith("w"), Outcome::cancelled(), Outcome::interrupted(),
                               Outcome::skipped(SkipReason::OwnCondition), Outcome::infrastructure("i")}) {
        EXPECT_FALSE(bad.ok()) << describe(bad);
    }
}

// A timed-out step, a step that failed to start and a step killed by a signal are failures, never anything
// milder.
TEST(Outcome, FailuresAreFailures) {
    for (const Outcome& bad : {Outcome::failedExit(1), Outcome::failedSignal(9), Outcome::failedTimeout("t"),
                               Outcome::failedWith("w"), Outcome::infrastructure("i")}) {
        EXPECT_TRUE(bad.failed()) << describe(bad);
    }
    for (const Outcome& other : {Outcome::succeeded(), Outcome::cached(), Outcome::cancelled(),
                                 Outcome::interrupted(), Outcome::skipped(SkipReason::NeedFailed)}) {
        EXPECT_FALSE(other.failed()) << describe(other);
    }
}

TEST(Outcome, EveryWordReadsBack) {
    for (const OutcomeKind kind :
         {OutcomeKind::Succeeded, OutcomeKind::Cached, OutcomeKind::Failed, OutcomeKind::Cancelled,
          OutcomeKind::Interrupted, OutcomeKind::Skipped, OutcomeKind::Infrastructure}) {
        ASSERT_FALSE(toString(kind).empty());
        EXPECT_EQ(parseOutcomeKind(toString(kind)), kind);
    }
    for (const SkipReason reason :
         {SkipReason::None, SkipReason::OwnCondition, SkipReason::NeedFailed, SkipReason::NeedSkipped,
          SkipReason::NotSelected, SkipReason::Cancelled}) {
        EXPECT_EQ(parseSkipReason(toString(reason)), reason);
    }
    EXPECT_FALSE(parseOutcomeKind("Succeeded"));
    EXPECT_FALSE(parseSkipReason("own_condition"));
}

TEST(Outcome, IsSaidInWords) {
    EXPECT_EQ(describe(Outcome::succeeded()), "succeeded");
    EXPECT_EQ(describe(Outcome::failedExit(7)), "exit 7");
    EXPECT_EQ(describe(Outcome::failedSignal(11)), "killed by SIGSEGV");
    EXPECT_EQ(describe(Outcome::failedSignal(9)), "killed by SIGKILL (perhaps out of memory)");
    EXPECT_EQ(describe(Outcome::failedSignal(9, true)), "killed: out of memory");
    EXPECT_EQ(describe(Outcome::failedSignal(200)), "killed by signal 200");
    EXPECT_EQ(describe(Outcome::failedTimeout("timed out after 5s")), "timed out after 5s");
    EXPECT_EQ(describe(Outcome::failedTimeout("")), "timed out");
    EXPECT_EQ(describe(Outcome::failedWith("artifact 'x' is missing")), "artifact 'x' is missing");
    EXPECT_EQ(describe(Outcome::skipped(SkipReason::NeedFailed)), "skipped: a need failed");
    EXPECT_EQ(describe(Outcome::infrastructure("disk full")), "infrastructure: disk full");

    Outcome withMessage = Outcome::failedExit(2);
    withMessage.message = "the condition could not be read";
    EXPECT_EQ(describe(withMessage), "exit 2: the condition could not be read");
}

} // namespace
} // namespace cirque
