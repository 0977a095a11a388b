// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hh"

#include <gtest/gtest.h>

#include <array>

namespace cirque::cli {
namespace {

constexpr std::array options{
    Option{"env", 'e', "NAME=VALUE", "set"},
    Option{"only", 0, "", "only"},
    Option{"jobs", 'j', "N", "jobs"},
};

TEST(Options, StandBetweenPositionalsInEveryForm) {
    const auto parsed =
        parseArguments("run", options, {"a", "--env", "A=1", "b", "-eB=2", "--jobs=4", "--only"});
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->positionals(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(parsed->all("env"), (std::vector<std::string>{"A=1", "B=2"}));
    EXPECT_EQ(parsed->get("jobs"), "4");
    EXPECT_TRUE(parsed->has("only"));
}

TEST(Options, ADoubleDashEndsThem) {
    const auto parsed = parseArguments("run", options, {"--", "--only"});
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_FALSE(parsed->has("only"));
    EXPECT_EQ(parsed->positionals(), std::vector<std::string>{"--only"});
}

TEST(Options, AnUnknownOneIsNamedWithTheNearest) {
    const auto parsed = parseArguments("run", options, {"--onyl"});
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, ErrorCode::Usage);
    EXPECT_NE(parsed.error().message.find("--onyl"), std::string::npos) << parsed.error().message;
    EXPECT_NE(parsed.error().hint.find("--only"), std::string::npos) << parsed.error().hint;
}

TEST(Options, AnUnknownLetterIsNamed) {
    const auto parsed = parseArguments("run", options, {"-z"});
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().message.find("-z"), std::string::npos) << parsed.error().message;
}

TEST(Options, AMissingValueIsNamedWithItsMeaning) {
    const auto parsed = parseArguments("run", options, {"--jobs"});
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().message.find("--jobs needs a value: N"), std::string::npos)
        << parsed.error().message;
}

TEST(Options, AFlagWithAValueIsRefused) {
    const auto parsed = parseArguments("run", options, {"--only=yes"});
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().message.find("--only takes no value"), std::string::npos)
        << parsed.error().message;
}

TEST(Options, ParsingTwiceStartsAfresh) {
    ASSERT_TRUE(parseArguments("run", options, {"a", "-j", "3"}));
    const auto again = parseArguments("run", options, {"-j", "5", "b"});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->get("jobs"), "5");
    EXPECT_EQ(again->positionals(), std::vector<std::string>{"b"});
}

TEST(Options, AnOptionOfTwoWordsTakesBoth) {
    constexpr std::array pair{Option{"override-input", 0, "NAME REF", ""}, Option{"json", 0, "", ""}};
    const auto parsed = parseArguments("run", pair, {"--override-input", "a", "--x", ".#y", "--json"});
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->all("override-input"), std::vector<std::string>{"a\n--x"});
    EXPECT_EQ(parsed->positionals(), std::vector<std::string>{".#y"});
    EXPECT_TRUE(parsed->has("json"));
    const auto ended = parseArguments("run", pair, {"--", "--override-input", "a", "b"});
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->positionals().size(), 3u);
}

} // namespace
} // namespace cirque::cli
