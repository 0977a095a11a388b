// SPDX-License-Identifier: Apache-2.0
#include "cli/view-choice.hh"

#include <gtest/gtest.h>

namespace cirque::cli {

TEST(ViewChoice, ATerminalGetsTheLiveViewUnlessSomethingSpeaksAgainstIt) {
    EXPECT_EQ(*chooseView({.terminal = true}), ViewKind::Live);
    EXPECT_EQ(*chooseView({.terminal = true, .dumb = true}), ViewKind::Plain);
    EXPECT_EQ(*chooseView({.terminal = true, .noTui = true}), ViewKind::Plain);
    EXPECT_EQ(*chooseView({.terminal = true, .json = true}), ViewKind::Events);
    EXPECT_EQ(*chooseView({.terminal = true, .option = "simple"}), ViewKind::Simple);
    EXPECT_EQ(*chooseView({.terminal = true, .variable = "json", .workflow = "simple"}), ViewKind::Live);
}

TEST(ViewChoice, ElsewhereTheEnvironmentComesBeforeGitHubBeforeTheWorkflow) {
    EXPECT_EQ(*chooseView({}), ViewKind::Plain);
    EXPECT_EQ(*chooseView({.workflow = "structured"}), ViewKind::Structured);
    EXPECT_EQ(*chooseView({.github = true, .workflow = "structured"}), ViewKind::GitHub);
    EXPECT_EQ(*chooseView({.github = true, .variable = "json", .workflow = "structured"}), ViewKind::Json);
    EXPECT_EQ(*chooseView({.option = "simple", .variable = "json"}), ViewKind::Simple);
}

TEST(ViewChoice, AFormatNobodyKnowsIsAnErrorThatSaysWhoAskedForIt) {
    const auto option = chooseView({.option = "structurd"});
    ASSERT_FALSE(option);
    EXPECT_EQ(option.error().code, ErrorCode::Usage);
    EXPECT_NE(option.error().text().find("--log-format"), std::string::npos);
    EXPECT_EQ(option.error().hint, "did you mean 'structured'?");
    EXPECT_FALSE(chooseView({.variable = "xml"}));
    EXPECT_FALSE(chooseView({.json = true, .option = "json"}));
}

} // namespace cirque::cli
