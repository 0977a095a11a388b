// SPDX-License-Identifier: Apache-2.0
#include "base/time.hh"

#include <gtest/gtest.h>

namespace cirque {
namespace {

TEST(Iso8601, WritesUtcWithMicroseconds) {
    EXPECT_EQ(toIso8601(WallTime{0}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(toIso8601(WallTime{1'795'215'236'780'123}), "2026-11-20T22:53:56.780123Z");
    EXPECT_EQ(toIso8601(WallTime{-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(Iso8601, ReadsWhatItWrote) {
    for (const std::int64_t micros :
         {std::int64_t{0}, std::int64_t{1'795'215'236'780'123}, std::int64_t{-1}}) {
        const auto read = parseIso8601(toIso8601(WallTime{micros}));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->micros, micros);
    }
    EXPECT_EQ(parseIso8601("2024-02-29T12:00:00.000000Z"), WallTime{1'709'208'000'000'000});
}

TEST(Iso8601, RefusesEverythingElse) {
    for (const std::string_view bad :
         {"", "2026-11-20T22:53:56Z", "2026-11-20 22:53:56.780123Z", "2026-11-20T22:53:56.780123+",
          "2026-13-20T22:53:56.780123Z", "2023-02-29T12:00:00.000000Z", "2026-11-20T24:00:00.000000Z",
          "2026-11-20T22:60:00.000000Z", "2026-11-20T22:53:60.000000Z", "2026-11-20T-1:53:56.780123Z",
          "2026-11-20T22:53:56.+80123Z", "2026-11-2xT22:53:56.780123Z"}) {
        EXPECT_FALSE(parseIso8601(bad)) << bad;
    }
}

TEST(FormatDuration, ChangesUnitWithoutImpossibleNumbers) {
    EXPECT_EQ(formatDuration(Millis(0)), "0ms");
    EXPECT_EQ(formatDuration(Millis(999)), "999ms");
    EXPECT_EQ(formatDuration(Millis(1000)), "1.0s");
    EXPECT_EQ(formatDuration(Millis(1249)), "1.2s");
    EXPECT_EQ(formatDuration(Millis(59'949)), "59.9s");
    EXPECT_EQ(formatDuration(Millis(59'960)), "1m 00s");
    EXPECT_EQ(formatDuration(Millis(184'000)), "3m 04s");
    EXPECT_EQ(formatDuration(Millis(3'599'700)), "1h 00m");
    EXPECT_EQ(formatDuration(Millis(7'500'000)), "2h 05m");
}

TEST(MonoTime, DifferenceIsInMilliseconds) {
    EXPECT_EQ(MonoTime{5'400'000} - MonoTime{2'000'000}, Millis(3));
    EXPECT_LE(monoNow(), monoNow());
}

} // namespace
} // namespace cirque
