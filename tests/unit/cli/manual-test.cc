// SPDX-License-Identifier: Apache-2.0
#include "cli/docs/manual.hh"

#include <gtest/gtest.h>

#include <array>

namespace cirque::cli {
namespace {

constexpr std::array options{Option{"pkgs", 'p', "FILE|host", "a \\ back-slash, it's"}};
constexpr std::array<Command, 1> commands{{{"try", "[JOB...]", "try .it", options, nullptr}}};

TEST(Manual, ATextIsParagraphsAndExamples) {
    const std::vector<Block> blocks = blocksOf("one\ntwo\n\n    cirque run\n      deeper\nthree\n");
    ASSERT_EQ(blocks.size(), 3U);
    EXPECT_EQ(blocks[0].text, "one two");
    EXPECT_TRUE(blocks[1].isExample);
    EXPECT_EQ(blocks[1].text, "cirque run\n  deeper");
    EXPECT_EQ(blocks[2].text, "three");
}

TEST(Manual, RoffKeepsMinusBackslashQuoteAndALeadingDot) {
    const std::vector<ManPage> pages = manPages(commands, {});
    ASSERT_EQ(pages.size(), 2U);
    EXPECT_EQ(pages[1].name, "cirque-try.1");
    const std::string& page = pages[1].text;
    EXPECT_NE(page.find("\\fB\\-p\\fR, \\fB\\-\\-pkgs\\fR \\fIFILE|host\\fR\na \\e back\\-slash, it\\(aqs\n"),
              std::string::npos)
        << page;
    EXPECT_NE(page.find("cirque\\-try \\- try .it\n"), std::string::npos) << page;
    EXPECT_EQ(page.find("\n.it"), std::string::npos);
}

TEST(Manual, ABarInATableOfThePageIsEscaped) {
    const std::string page = referencePage(commands, {});
    EXPECT_NE(page.find("| `-p`, `--pkgs FILE\\|host` | a \\ back-slash, it's |"), std::string::npos) << page;
    EXPECT_NE(page.find("[try](#cirque-try)"), std::string::npos) << page;
}

TEST(Manual, TheProgramCarriesTheTextOfRun) {
    EXPECT_NE(textOf("run").find("    cirque run"), std::string_view::npos);
    EXPECT_EQ(textOf("nothing"), "");
}

} // namespace
} // namespace cirque::cli
