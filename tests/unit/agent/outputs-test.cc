// SPDX-License-Identifier: Apache-2.0
#include "agent/outputs.hh"

#include <gtest/gtest.h>

namespace cirque::agent {
namespace {

Outputs parsed(std::string_view text) {
    auto outputs = parseOutputs(text);
    EXPECT_TRUE(outputs) << (outputs ? "" : outputs.error().message);
    return outputs.value_or(Outputs{});
}

std::string problem(std::string_view text) {
    auto outputs = parseOutputs(text);
    return outputs ? "" : outputs.error().message;
}

TEST(StepOutputs, LinesAndHeredocs) {
    const Outputs expected{
        {"version", "1.2"}, {"eq", "a=b<<c"}, {"empty", ""}, {"pem", "line 1\nx=y\n\nlast"}, {"none", ""}};
    EXPECT_EQ(parsed("version=1.2\n\neq=a=b<<c\nempty=\npem<<EOF\nline 1\nx=y\n\nlast\nEOF\nnone<<E\nE"),
              expected);
}

TEST(StepOutputs, TheLastLineNeedsNoNewline) {
    EXPECT_EQ(parsed("a=1"), (Outputs{{"a", "1"}}));
    EXPECT_EQ(parsed(""), Outputs{});
}

// Wrong: `name=value <<x` is taken for a heredoc and swallows the rest.
TEST(StepOutputs, WhicheverSignComesFirstDecides) {
    EXPECT_EQ(parsed("a=1<<2\nb=2"), (Outputs{{"a", "1<<2"}, {"b", "2"}}));
    EXPECT_EQ(parsed("a<<x=y\n1\nx=y\n"), (Outputs{{"a", "1"}}));
}

TEST(StepOutputs, ErrorsNameTheLine) {
    EXPECT_EQ(problem("a=1\nnonsense\n"), "$CIRQUE_OUTPUT, line 2: there is neither '=' nor '<<'");
    EXPECT_EQ(problem("=1"), "$CIRQUE_OUTPUT, line 1: the name is empty or has control characters");
    EXPECT_EQ(problem("a<<EOF\n1\n2\n"), "$CIRQUE_OUTPUT, line 1: the text that ends with 'EOF' has no end");
    EXPECT_EQ(problem("a<<\n"), "$CIRQUE_OUTPUT, line 1: there is no word after '<<'");
    EXPECT_EQ(problem("a=\xff"), "$CIRQUE_OUTPUT, line 1: the value of 'a' is not UTF-8 text");
    const std::string secret(61, 's'); // no part of it is told, as only the whole is redacted
    EXPECT_EQ(problem("a<<" + secret),
              "$CIRQUE_OUTPUT, line 1: the text that ends with a long word has no end");
    EXPECT_EQ(problem(secret + "=\xff"),
              "$CIRQUE_OUTPUT, line 1: the value of a long word is not UTF-8 text");
    EXPECT_TRUE(problem("a<<" + secret.substr(1)).contains("'" + secret.substr(1) + "'")) << "whole";
}

} // namespace
} // namespace cirque::agent
