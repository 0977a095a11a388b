// SPDX-License-Identifier: Apache-2.0
#include "base/ids.hh"

#include <gtest/gtest.h>

#include <set>

namespace cirque {
namespace {

TEST(RunId, IsAUuidOfVersionSevenThatCarriesItsTime) {
    const RunId id = RunId::make(0x0123456789ab);
    ASSERT_EQ(id.text().size(), 36U);
    EXPECT_EQ(id.text().substr(0, 13), "01234567-89ab");
    EXPECT_EQ(id.text()[14], '7');
    EXPECT_NE(std::string_view("89ab").find(id.text()[19]), std::string_view::npos) << id.text();
}

// `runs` lists by id; an id made later must come later.
TEST(RunId, SortsByTime) {
    EXPECT_LT(RunId::make(1'000), RunId::make(1'001));
    EXPECT_LT(RunId::make(0xffff), RunId::make(0x10000));
}

TEST(RunId, IsNeverTheSameTwice) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        seen.insert(RunId::make(1).text());
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(RunId, ReadsTheCanonicalFormOnly) {
    const RunId id = RunId::make(1'795'215'236'780);
    EXPECT_EQ(RunId::parse(id.text()), id);
    for (const std::string_view bad :
         {"", "0123", "01234567-89ab-7def-8123-456789abcdeF", "01234567-89ab-7def-8123-456789abcdeg",
          "0123456789ab-7def-8123-456789abcdef0-", "01234567-89ab-7def-8123-456789abcdef0",
          "../../../../../../../../etc/passwd00"}) {
        EXPECT_FALSE(RunId::parse(bad)) << bad;
    }
}

TEST(TryRef, OrdersByJobAttemptStepTry) {
    const TryRef first{"a", 1, 0, 2};
    const TryRef second{"a", 1, 1, 1};
    const TryRef third{"a", 2, 0, 1};
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
}

} // namespace
} // namespace cirque
