// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/attribute-path.hh"

#include <gtest/gtest.h>

namespace cirque::frontend {
namespace {

TEST(AttributePath, DotsSeparateAndQuotesProtect) {
    const auto plain = parsePattern("checks.x86_64-linux.fmt");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->parts, (AttributePath{"checks", "x86_64-linux", "fmt"}));
    EXPECT_FALSE(plain->hasGlob());
    const auto quoted = parsePattern(R"(packages."a.b*")");
    ASSERT_TRUE(quoted);
    EXPECT_EQ(quoted->parts, (AttributePath{"packages", "a.b*"}));
    EXPECT_FALSE(quoted->hasGlob()) << "in quotes a star is a star";
}

TEST(AttributePath, WhatIsWrongIsSaid) {
    for (const char* text : {"", "a..b", "a.", ".a", "a.\"b"}) {
        const auto parsed = parsePattern(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::Usage);
    }
}

TEST(AttributePath, TextIsReadBackAsThePathItCameFrom) {
    for (const AttributePath& path :
         {AttributePath{"a", "b"}, AttributePath{"checks", "a.b", "c d"}, AttributePath{"a.b\".\"c.d"},
          AttributePath{"a.b", "c.d"}, AttributePath{"\\"}, AttributePath{"\\\"", "\"\\"},
          AttributePath{"*", "?\""}, AttributePath{"a\nb"}, AttributePath{"a\\x0ab"},
          AttributePath{"", "\x7f\x01"}}) {
        const auto parsed = parsePattern(toText(path));
        ASSERT_TRUE(parsed) << toText(path);
        EXPECT_FALSE(parsed->hasGlob());
        EXPECT_EQ(parsed->parts, path);
    }
    EXPECT_EQ(toText({"checks", "a.b"}), R"(checks."a.b")");
    EXPECT_EQ(toText({"checks", "a\nb"}), R"(checks."a\x0ab")") << "a job's name holds no control character";
}

TEST(AttributePath, DifferentPathsHaveDifferentTexts) {
    EXPECT_NE(toText({"a.b\".\"c.d"}), toText({"a.b", "c.d"}));
    EXPECT_NE(toText({"a\nb"}), toText({"a\\x0ab"}));
}

TEST(AttributePath, ABackslashThatEscapesNothingIsRefused) {
    for (const char* text : {R"("a\b\q")", R"("\n")", R"("\x1")", R"("\xzz")", R"("a\")"}) {
        const auto parsed = parsePattern(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::Usage);
    }
}

TEST(Glob, StarsAndQuestionMarks) {
    EXPECT_TRUE(matchesGlob("*", ""));
    EXPECT_TRUE(matchesGlob("*", "anything"));
    EXPECT_TRUE(matchesGlob("lint-*", "lint-c"));
    EXPECT_FALSE(matchesGlob("lint-*", "unlint-c"));
    EXPECT_TRUE(matchesGlob("*-c", "a-b-c"));
    EXPECT_TRUE(matchesGlob("a*b*c", "axxbyybzc"));
    EXPECT_FALSE(matchesGlob("a*b*c", "axxbyyz"));
    EXPECT_TRUE(matchesGlob("t?st", "test"));
    EXPECT_FALSE(matchesGlob("t?st", "tst"));
    EXPECT_FALSE(matchesGlob("a", ""));
}

} // namespace
} // namespace cirque::frontend
