// SPDX-License-Identifier: Apache-2.0
#include "secret/dotenv.hh"

#include <gtest/gtest.h>

namespace cirque::secret {
namespace {

Assignments parsed(std::string_view text) {
    auto result = parseDotenv(text, "test.env");
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result.value_or(Assignments{});
}

std::string problem(std::string_view text) {
    auto result = parseDotenv(text, "test.env");
    return result ? "" : result.error().message;
}

TEST(Dotenv, PlainLinesCommentsAndExport) {
    const Assignments expected{{"A", "1"}, {"B", "two words"}, {"C", ""}, {"D", "x=y"}};
    EXPECT_EQ(parsed("# head\n\nA=1\n  export B=two words  \r\nC=\n\t# more\nexport\tD=x=y"), expected);
}

// Wrong: only one quote goes, or inner quotes go too.
TEST(Dotenv, OnePairOfOuterQuotesIsStripped) {
    const Assignments expected{{"A", "a b"},    {"B", "\"in\""}, {"C", "it's"},
                               {"D", " keep "}, {"E", ""},       {"F", "a\"b"}};
    EXPECT_EQ(parsed("A=\"a b\"\nB='\"in\"'\nC=\"it's\"\nD=' keep '\nE=\"\"\nF=\"a\"b\"\n"), expected);
}

// Wrong: a value is executed or changed: `$(...)`, `$X`, backslashes and backquotes are characters.
TEST(Dotenv, NothingIsExpanded) {
    const Assignments expected{{"A", "$(touch /x)"}, {"B", "${HOME}\\n"}, {"C", "`id`"}, {"D", "a # b"}};
    EXPECT_EQ(parsed("A=$(touch /x)\nB=\"${HOME}\\n\"\nC='`id`'\nD=a # b\n"), expected);
}

// Wrong: a PEM key is cut after its first line (the peer's provider does that).
TEST(Dotenv, QuotedValuesGoOverManyLinesByteForByte) {
    const Assignments expected{{"KEY", "-----BEGIN\n  a=b \n# no comment\n-----END\n"}, {"NEXT", "1"}};
    EXPECT_EQ(parsed("KEY=\"-----BEGIN\n  a=b \n# no comment\n-----END\n\"\nNEXT=1"), expected);
}

TEST(Dotenv, ACommentMayFollowAClosingQuote) {
    EXPECT_EQ(parsed("A='x' # the key\n"), (Assignments{{"A", "x"}}));
}

TEST(Dotenv, ErrorsNameFileAndLineAndNeverTheValue) {
    EXPECT_EQ(problem("A=1\nhunter2\n"), "test.env:2: this line is no NAME=value");
    EXPECT_EQ(problem("\n\nB-AD=hunter2"), "test.env:3: the text before '=' is no variable name");
    EXPECT_EQ(problem("A = hunter2"), "test.env:1: the text before '=' is no variable name");
    EXPECT_EQ(problem("X=1\nA=\"hunter2\nmore\n"),
              "test.env:2: the quote \" that opens here is never closed");
    EXPECT_EQ(problem("A='x' hunter2"), "test.env:1: there is text after the closing quote");
    EXPECT_EQ(problem(std::string_view("A=a\0b", 5)),
              "test.env:1: the value of A contains a NUL byte, which no variable can hold");
}

} // namespace
} // namespace cirque::secret
