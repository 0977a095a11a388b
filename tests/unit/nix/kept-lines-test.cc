// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/kept-lines.hh"

#include "nix/eval/failure.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cirque::nix {
namespace {

TEST(KeptLines, AreAllWhileTheyFit) {
    KeptLines lines(20);
    for (const char* line : {"one", "", "two", "three", "four", "five", "six"}) {
        lines.add(line);
    }
    EXPECT_EQ(std::move(lines).take(), "one\n\ntwo\nthree\nfour\nfive\nsix\n");
}

// Wrong: an evaluation that traces a lot ends without its message, and running out of memory is not seen.
TEST(KeptLines, HoldBothEndsOfAFlood) {
    KeptLines lines(1000);
    lines.add("trace: cirque-file:{}");
    for (int i = 0; i < 100'000; ++i) {
        lines.add(fmt::format("trace: {}", i));
    }
    lines.add("GC Warning: Out of Memory! Heap size: 12 MiB");
    lines.add("error: the reason");
    const std::string text = std::move(lines).take();
    EXPECT_LE(text.size(), 2100U);
    EXPECT_TRUE(text.starts_with("trace: cirque-file:{}\ntrace: 0\n"));
    EXPECT_TRUE(text.contains("\ntrace: 99999\nGC Warning"));
    EXPECT_TRUE(text.contains("were not kept)\ntrace: ")) << "only whole lines, and it says so";
    EXPECT_TRUE(ranOutOfMemory(text));
    EXPECT_EQ(evaluationError(text, {}).message, "error: the reason");
}

TEST(KeptLines, ALineOfAnyLengthKeepsItsBeginning) {
    KeptLines lines(100);
    lines.add("first");
    lines.add("error: " + std::string(100'000, 'x'));
    lines.add("at the end");
    const std::string text = std::move(lines).take();
    EXPECT_LE(text.size(), 300U);
    EXPECT_TRUE(text.starts_with("first\n"));
    EXPECT_TRUE(text.ends_with("\nat the end\n")) << text;
}

} // namespace
} // namespace cirque::nix
