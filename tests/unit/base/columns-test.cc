// SPDX-License-Identifier: Apache-2.0
#include "base/columns.hh"

#include <gtest/gtest.h>

namespace cirque {

TEST(Columns, CountWhatATerminalShowsAndNotBytes) {
    EXPECT_EQ(columns(""), 0U);
    EXPECT_EQ(columns("job"), 3U);
    EXPECT_EQ(columns("тест"), 4U);
    EXPECT_EQ(columns("試験"), 4U);
    EXPECT_EQ(columns("e\u0301"), 1U);
    EXPECT_EQ(columns("🚀"), 2U);
    EXPECT_EQ(columns("a\xff\xc3z"), 4U) << "bytes that are no characters take a column each";
}

TEST(Columns, TextThatFitsStaysAndTheRestIsCutWithAMark) {
    EXPECT_EQ(fitColumns("abc", 3), "abc");
    EXPECT_EQ(fitColumns("abcd", 3), "ab…");
    EXPECT_EQ(fitColumns("試験", 3), "試…");
    EXPECT_EQ(fitColumns("試験", 2), "…");
    EXPECT_EQ(fitColumns("abc", 0), "");
    EXPECT_EQ(fitColumns("e\u0301e\u0301", 2), "e\u0301e\u0301");
}

TEST(Columns, PaddingIsExact) {
    for (const char* text : {"", "abc", "試験です", "a試b", "🚀🚀🚀"}) {
        for (std::size_t width = 1; width < 12; ++width) {
            EXPECT_EQ(columns(padColumns(text, width)), width) << text;
        }
    }
}

} // namespace cirque
