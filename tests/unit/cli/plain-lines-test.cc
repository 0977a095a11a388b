// SPDX-License-Identifier: Apache-2.0
#include "cli/plain-lines.hh"

#include <gtest/gtest.h>

namespace cirque::cli {
namespace {

TEST(PlainLines, KeepLinesAndColoursOnly) {
    EXPECT_EQ(plainLines(""), "");
    EXPECT_EQ(plainLines("a\n\nb\n"), "a\n\nb\n");
    EXPECT_EQ(plainLines("\nb"), "\nb");
    EXPECT_EQ(plainLines("\x1b[31mred\x1b[0m \x1b]0;title\a\x1b[2Jx"), "\x1b[31mred\x1b[0m ]0;titlex");
    EXPECT_EQ(plainLines("at ./ci.nix:3:5: error: a::b"), "at ./ci.nix:3:5: error: a::b");
}

TEST(PlainLines, CommandNoOuterRunner) {
    EXPECT_EQ(plainLines("::error::x"), "> ::error::x");
    EXPECT_EQ(plainLines("ok\n \t::add-mask::x\nok"), "ok\n>  \t::add-mask::x\nok");
    EXPECT_EQ(plainLines("\xc2\xa0::error::x"), "> \xc2\xa0::error::x")
        << "a no-break space is taken away, too";
    EXPECT_EQ(plainLines("\x1b[2J::error::x"), "> ::error::x") << "as it is when it is printed";
    EXPECT_EQ(plainLines("a ##[error]b ##[x"), "a ## [error]b ## [x");
    EXPECT_EQ(plainLines("#\x07#[error]b"), "## [error]b");
}

} // namespace
} // namespace cirque::cli
