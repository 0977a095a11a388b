// SPDX-License-Identifier: Apache-2.0
#include "engine/admission.hh"

#include <gtest/gtest.h>

namespace cirque::engine {
namespace {

TEST(Admission, FirstComeFirstServed) {
    Admission admission(1);
    admission.ask(5);
    admission.ask(3);
    EXPECT_EQ(admission.grant(), 5);
    EXPECT_EQ(admission.grant(), std::nullopt);
    admission.release(5);
    EXPECT_EQ(admission.grant(), 3);
}

TEST(Admission, AWithdrawnJobGetsNoSlot) {
    Admission admission(1);
    admission.ask(1);
    admission.ask(2);
    admission.withdraw(1);
    EXPECT_EQ(admission.grant(), 2);
}

TEST(Admission, WhoAsksAgainAfterWithdrawingStandsAtTheEnd) {
    Admission admission(1);
    admission.ask(1);
    admission.ask(2);
    admission.withdraw(1);
    admission.ask(1);
    EXPECT_EQ(admission.grant(), 2);
    admission.release(2);
    EXPECT_EQ(admission.grant(), 1);
    EXPECT_EQ(admission.grant(), std::nullopt);
    EXPECT_EQ(admission.used(), 1);
}

TEST(Admission, NoSlotsAtAllWouldHangTheRun) {
    Admission admission(0);
    admission.ask(1);
    EXPECT_EQ(admission.grant(), 1);
}

} // namespace
} // namespace cirque::engine
