// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"

#include <gtest/gtest.h>

#include <array>

namespace cirque {
namespace {

using std::string_literals::operator""s;

TEST(Utf8, AcceptsEveryLength) {
    EXPECT_TRUE(isValidUtf8(""));
    EXPECT_TRUE(isValidUtf8("plain"));
    EXPECT_TRUE(isValidUtf8("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xaa"));
    EXPECT_TRUE(isValidUtf8("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"));
}

// RFC 3629: what must be refused, or two spellings of one name would exist.
TEST(Utf8, RefusesOverlongSurrogatesAndTruncated) {
    for (const std::string_view bad :
         {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x8e", "\x80", "\xff", "a\xc3(", "\xe2(\xac"}) {
        EXPECT_FALSE(isValidUtf8(bad)) << testing::PrintToString(bad);
    }
}

TEST(ControlCharacter, FindsC0DelAndC1) {
    EXPECT_FALSE(hasControlCharacter("a name / with \"quotes\" $(x) \xc3\xa9\xc2\xa0"));
    for (const std::string& bad : {"a\nb"s, "\t"s, "\0"s, "\x1b[31m"s, "\x7f"s, "\xc2\x80"s, "x\xc2\x9f"s}) {
        EXPECT_TRUE(hasControlCharacter(bad)) << testing::PrintToString(bad);
    }
}

TEST(Trim, TakesSpaceOfEveryKindFromBothEnds) {
    EXPECT_EQ(trim(" \t\r\n\v\f a b \n"), "a b");
    EXPECT_EQ(trim(" \n "), "");
    EXPECT_EQ(trim(""), "");
}

TEST(EnvName, IsWhatAShellAccepts) {
    for (const std::string_view good : {"A", "_", "path2", "A_B9"}) {
        EXPECT_TRUE(isEnvName(good)) << good;
    }
    for (const std::string_view bad : {"", "1A", "A-B", "A.B", "A B", "A=B", "\xc3\xa9"}) {
        EXPECT_FALSE(isEnvName(bad)) << bad;
    }
}

// The name of a job's folder: nothing in a job's name may leave the folder above it.
TEST(SanitizeFileName, LeavesNoPathInIt) {
    EXPECT_EQ(sanitizeFileName("test-1.2_x"), "test-1.2_x");
    EXPECT_EQ(sanitizeFileName("../../etc/passwd"), ".._.._etc_passwd");
    EXPECT_EQ(sanitizeFileName("$(touch x) 'y'"), "__touch_x___y_");
    EXPECT_EQ(sanitizeFileName("\xc3\xa9"), "__");
    EXPECT_EQ(sanitizeFileName(""), "_");
    EXPECT_EQ(sanitizeFileName("."), "_");
    EXPECT_EQ(sanitizeFileName(".."), "__");
    EXPECT_EQ(sanitizeFileName(std::string(300, 'a')).size(), 100U);
}

TEST(SanitizeEnvName, IsUpperCaseAndUnderscores) {
    EXPECT_EQ(sanitizeEnvName("build-x86.64"), "BUILD_X86_64");
    EXPECT_EQ(sanitizeEnvName("a/b c"), "A_B_C");
    EXPECT_EQ(sanitizeEnvName(""), "");
}

TEST(Nearest, SuggestsATypoAndNothingElse) {
    constexpr std::array<std::string_view, 4> keys{"needs", "condition", "env", "envFrom"};
    EXPECT_EQ(nearest("need", keys), "needs");
    EXPECT_EQ(nearest("conditoin", keys), "condition");
    EXPECT_EQ(nearest("envform", keys), "envFrom");
    EXPECT_EQ(nearest("artifacts", keys), "");
    EXPECT_EQ(nearest("", keys), "");
    EXPECT_EQ(nearest(std::string(10'000, 'x'), keys), "");
}

TEST(ShellQuote, MakesOneWordOfAnything) {
    EXPECT_EQ(shellQuote("plain/path-1.2"), "plain/path-1.2");
    EXPECT_EQ(shellQuote(""), "''");
    EXPECT_EQ(shellQuote("a b"), "'a b'");
    EXPECT_EQ(shellQuote("$(touch x)"), "'$(touch x)'");
    EXPECT_EQ(shellQuote("it's"), "'it'\\''s'");
    EXPECT_EQ(shellQuote("~"), "'~'");
    EXPECT_EQ(shellQuote("a\nb"), "'a\nb'");
}

TEST(KeepOnlyColours, KeepsSgr) {
    EXPECT_EQ(keepOnlyColours("\x1b[1;31mred\x1b[0m \x1b[38:5:9mx\x1b[m"),
              "\x1b[1;31mred\x1b[0m \x1b[38:5:9mx\x1b[m");
    EXPECT_EQ(keepOnlyColours("tab\tand \xc3\xa9"), "tab\tand \xc3\xa9");
}

// A log must not be able to move the cursor, change the title or answer as the terminal.
TEST(KeepOnlyColours, DropsEveryOtherControl) {
    EXPECT_EQ(keepOnlyColours("a\x1b[2Jb\x1b[10;10Hc"), "abc");
    EXPECT_EQ(keepOnlyColours("a\x1b[?25lb"), "ab");
    EXPECT_EQ(keepOnlyColours("a\x1b[>1mb"), "ab");
    EXPECT_EQ(keepOnlyColours("\x1b]0;title\x07text"), "]0;titletext");
    EXPECT_EQ(keepOnlyColours("over\rwrite\b\x7f\n"), "overwrite");
    EXPECT_EQ(keepOnlyColours("\xc2\x9b"
                              "2J"),
              "2J");
}

TEST(KeepOnlyColours, NeverBreaksACharacter) {
    EXPECT_EQ(keepOnlyColours("\x1b[\xc3\xa9"), "\xc3\xa9");
    EXPECT_EQ(keepOnlyColours("\x1b[31"), "");
    EXPECT_EQ(keepOnlyColours("\x1b"), "");
    EXPECT_EQ(keepOnlyColours("a\x9b"
                              "31mb"),
              "a\xef\xbf\xbd"
              "31mb");
    EXPECT_EQ(keepOnlyColours("\xc3"), "\xef\xbf\xbd");
}

TEST(Ellipsize, KeepsTheLimitAndWholeCharacters) {
    EXPECT_EQ(ellipsize("short", 5), "short");
    EXPECT_EQ(ellipsize("longer text", 9), "longer...");
    EXPECT_EQ(ellipsize("ab\xc3\xa9xyz", 6), "ab...");
    EXPECT_EQ(ellipsize("abcdef", 2), "..");
    EXPECT_EQ(ellipsize("abcdef", 0), "");
}

TEST(Split, GivesOnePartMoreThanSeparators) {
    const std::vector<std::string_view> parts{"a", "", "b", ""};
    EXPECT_EQ(split("a::b:", ':'), parts);
    EXPECT_EQ(split("", ':'), std::vector<std::string_view>{""});
}

} // namespace
} // namespace cirque
