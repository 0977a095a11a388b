// SPDX-License-Identifier: Apache-2.0
// How many builds a nix-store is given: many only while they are short.
#include "nix/store/look-ahead.hh"

#include <gtest/gtest.h>

namespace cirque::nix {
namespace {

TEST(LookAhead, GrowsWhileBuildsAreShort) {
    LookAhead ahead;
    EXPECT_EQ(ahead.size(), 1);
    ahead.ended(1, Millis{40});
    EXPECT_EQ(ahead.size(), 4);
    ahead.ended(4, Millis{200});
    ahead.ended(16, Millis{500});
    EXPECT_EQ(ahead.size(), LookAhead::most);
    ahead.ended(LookAhead::most, Millis{900});
    EXPECT_EQ(ahead.size(), LookAhead::most);
}

TEST(LookAhead, ALongBuildIsAlone) {
    LookAhead ahead(16);
    ahead.ended(16, Millis{1900});
    EXPECT_EQ(ahead.size(), 1);
    ahead.ended(1, Millis{60000});
    EXPECT_EQ(ahead.size(), 1);
}

// Wrong: in a set where every tenth build is long, most of the time is spent on ones that are broken off.
TEST(LookAhead, AWrongGuessAsksForMoreEvidence) {
    LookAhead ahead(32);
    ahead.broken();
    for (int i = 0; i < 7; ++i) {
        ahead.ended(1, Millis{30});
        EXPECT_EQ(ahead.size(), 1) << i;
    }
    ahead.ended(1, Millis{30});
    EXPECT_EQ(ahead.size(), 4);
    ahead.broken();
    for (int i = 0; i < 63; ++i) {
        ahead.ended(1, Millis{30});
    }
    EXPECT_EQ(ahead.size(), 1);
}

} // namespace
} // namespace cirque::nix
