// SPDX-License-Identifier: Apache-2.0
#include "feedback/tap.hh"

#include "tests/unit/feedback/samples.hh"

#include <fmt/format.h>

namespace cirque::feedback {
namespace {

TestReport read(std::string_view text) {
    const Result<TestReport> report = parseTap(text);
    EXPECT_TRUE(report) << (report ? "" : report.error().text());
    return report.value_or(TestReport{});
}

TEST(Tap, DirectivesAndDiagnosticsOfVersion13) {
    const TestReport report = read(sample("tap/v13.tap"));
    EXPECT_EQ(counts(report), "2 1 2");
    EXPECT_EQ(report.flaw, "");
    EXPECT_EQ(report.failures.at(0).name, "reads the header");
    EXPECT_TRUE(report.failures.at(0).message.starts_with("message: \"expected 4 bytes\""));
}

TEST(Tap, SubtestsOfVersion14AreCountedOnce) {
    const TestReport report = read(sample("tap/v14.tap"));
    EXPECT_EQ(counts(report), "3 1 0");
    EXPECT_EQ(report.flaw, "");
    EXPECT_EQ(report.failures.at(0).name, "broken");
    EXPECT_EQ(report.failures.at(0).suite, "parser > numbers");
    EXPECT_EQ(report.failures.at(0).message, "message: no");
}

TEST(Tap, PerlsOutputWithThePlanAtTheEnd) {
    const TestReport report = read(sample("tap/perl.tap"));
    EXPECT_EQ(counts(report), "2 1 0");
    EXPECT_EQ(report.flaw, "");
    EXPECT_TRUE(report.failures.at(0).message.contains("at t/cart.t line 9."));
}

// Each of these has no "not ok" and is no success all the same.
TEST(Tap, WhatIsNotWholeIsAFlaw) {
    EXPECT_TRUE(read("1..3\nok 1\nok 2\n").flaw.contains("2 of 3"));
    EXPECT_TRUE(read("1..1\nok 1\nok 2\n").flaw.contains("2 of 1"));
    EXPECT_TRUE(read("ok 1\n").flaw.contains("no plan"));
    EXPECT_TRUE(read("1..2\nok 1\nok 1\n").flaw.contains("twice"));
    EXPECT_TRUE(read("1..2\nok 1\nok 3\n").flaw.contains("beyond"));
    EXPECT_TRUE(read("1..1\n1..1\nok 1\n").flaw.contains("more than one plan"));
    EXPECT_TRUE(read(sample("tap/bail.tap")).flaw.contains("the database is gone"));
    EXPECT_TRUE(read("1..1\nok 1\n    ok 1 - inner\n    1..1\n").flaw.contains("subtest"));
    EXPECT_TRUE(read("TAP version 14\n").flaw.contains("no plan"));
}

TEST(Tap, ASubtestThatIsBrokenFailsItsTest) {
    const TestReport report = read("1..1\n    1..2\n    ok 1\nok 1 - half\n");
    EXPECT_EQ(report.failed, 1);
    EXPECT_EQ(report.failures.at(0).suite, "half");
    EXPECT_EQ(read("1..1\n    1..1\n    not ok 1\nok 1 - lies\n").failed, 1);
    EXPECT_EQ(read("1..1\n    1..1\n    not ok 1\nnot ok 1 - known # TODO\n").failed, 0);
    EXPECT_EQ(counts(read("1..1\n    1..1\n    ok 1\nnot ok 1 - of its own\n")), "1 1 0");
}

TEST(Tap, SkippedAsAWholeIsOneSkip) {
    const TestReport report = read(sample("tap/skip-all.tap"));
    EXPECT_EQ(counts(report), "0 0 1");
    EXPECT_EQ(report.flaw, "");
}

TEST(Tap, APlanOfNoTestsIsNoSkipByItself) {
    for (const char* none :
         {"1..0\n", "TAP version 13\n1..0\n", "1..0 # nothing to do\n", "1..0 # skipper\n"}) {
        EXPECT_EQ(read(none).total(), 0) << none;
    }
    EXPECT_EQ(counts(read("1..0 # Skipped: no network\n")), "0 0 1");
    EXPECT_EQ(counts(read("1..0 # skip\n")), "0 0 1");
}

TEST(Tap, ASkipForgivesNoFailedSubtest) {
    EXPECT_EQ(read("1..1\n    not ok 1 - inner\n    1..1\nok 1 - g # SKIP\n").failed, 1);
    EXPECT_EQ(read("1..1\n    1..2\n    ok 1\nok 1 - half # SKIP\n").failed, 1);
    EXPECT_EQ(counts(read("1..1\n    ok 1 - inner\n    1..1\nok 1 - g # SKIP\n")), "0 0 1");
    EXPECT_EQ(counts(read("1..1\n    not ok 1 - inner\n    1..1\nok 1 - g # TODO\n")), "0 0 1");
}

TEST(Tap, AFailureIsNeverSwallowed) {
    EXPECT_EQ(read("1..2\nok 1\n  ---\n  open: yes\nnot ok 2\n").failed, 1) << "a YAML block without an end";
    EXPECT_EQ(read("---\nnot ok 1\n1..1\n").failed, 1);
    EXPECT_EQ(read("1..1\nnot ok 1 # SKIP\n").failed, 1);
    EXPECT_EQ(read("1..1\r\nnot ok 1 - dos\r\n").failed, 1);
    EXPECT_EQ(read("1..1\nnot ok\n").failed, 1);
    EXPECT_EQ(read("1..1\nnot ok 1 - a # b # todo\n").failed, 0);
    EXPECT_EQ(read("1..1\nnot ok 1 - mentions#todo\n").failed, 1);
}

TEST(Tap, ADirectiveIsAWordOfItsOwn) {
    for (const char* text :
         {"writes # todos to disk", "writes # todos.json to disk", "reads # todo.json", "has # todolist",
          "has # todo-list", "has # TODO_MAX entries", "calls # todo()", "is # TODO(me)"}) {
        EXPECT_EQ(read(fmt::format("1..1\nnot ok 1 - {}\n", text)).failed, 1) << text;
    }
    for (const char* word : {"todo", "TODO", "ToDo later", "TODO: later", "todo - later", "todo."}) {
        EXPECT_EQ(counts(read(fmt::format("1..1\nnot ok 1 - a # {}\n", word))), "0 0 1") << word;
    }
    for (const char* word :
         {"skip", "SKIP no network", "skip: x", "Skipped: x", "skipping it", "skip -- x"}) {
        EXPECT_EQ(counts(read(fmt::format("1..1\nok 1 - a # {}\n", word))), "0 0 1") << word;
    }
    for (const char* word : {"skipper.txt", "skips", "skip.txt", "skip-list", "skip_all", "skippable"}) {
        EXPECT_EQ(counts(read(fmt::format("1..1\nok 1 - a # {}\n", word))), "1 0 0") << word;
    }
}

TEST(Tap, OtherTextIsNoTap) {
    for (const char* text : {"hello\n", "okay 1\n", "1..x\n", "1..2 of them\n", "not okay\n"}) {
        EXPECT_FALSE(parseTap(text)) << text;
    }
    EXPECT_FALSE(isTapLine("ok then"));
    EXPECT_FALSE(isTapLine("  1..2"));
    EXPECT_TRUE(isTapLine("ok 1 - x"));
}

TEST(Tap, HostileNumbersAndDepthsComeBack) {
    EXPECT_NE(read("1..99999999999999999\nok 1\n").flaw, "");
    EXPECT_FALSE(parseTap("1..9999999999999999999999\n"));
    std::string deep;
    for (int i = 0; i < 200; ++i) {
        deep += std::string(static_cast<std::size_t>(i) * 4, ' ') + "not ok 1\n";
    }
    EXPECT_GT(read(deep).failed, 0);
}

} // namespace
} // namespace cirque::feedback
