// SPDX-License-Identifier: Apache-2.0
#include "report/plain/plain.hh"

#include "base/text.hh"
#include "report/text/text.hh"
#include "tests/unit/event/every-event.hh"
#include "tests/unit/report/recorded.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cirque::report {
namespace {

using namespace event;

class PlainTest : public testing::Test {
  protected:
    std::string out;
    PlainListener listener{[this](std::string_view text) { out += text; }, {}};
    std::int64_t seq = 0;

    void tell(Body body, std::int64_t millis = 0) {
        listener.onEvent({++seq, WallTime{}, MonoTime{millis * 1'000'000}, test::someRun(), std::move(body)});
    }

    void oneStep() {
        tell(RunStarted{"ci", "ci.nix", "/t", "0", 1});
        tell(JobsAdded{{{"job", {}, {"step"}}}, ""});
        tell(JobStarted{"job", 1, "local", ""});
        tell(StepStarted{ref, "step"});
        out.clear();
    }

    void tick(std::int64_t seconds) { listener.onTick(MonoTime{seconds * 1'000'000'000}); }

    TryRef ref{"job", 1, 0, 1};
};

bool isTerminalSafe(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f ||
            (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)) {
            return false;
        }
    }
    return isValidUtf8(text);
}

} // namespace

TEST(PlainListener, ShowsARunAsTheGoldenFileSays) {
    for (const bool colour : {false, true}) {
        std::string out;
        PlainOptions options;
        options.colour = colour;
        PlainListener listener([&](std::string_view text) { out += text; }, options);
        test::play(listener);
        test::expectGolden(fmt::format("{}/report/plain{}.txt", CIRQUE_TEST_DATA, colour ? "-colour" : ""),
                           out);
    }
}

TEST_F(PlainTest, LinesAppearWithNothingHeldBackButAnUnfinishedOne) {
    oneStep();
    listener.onLog(ref, "one\ntwo\nthr");
    EXPECT_EQ(out, "[job/step] one\n[job/step] two\n");
    listener.onLog(ref, "ee\n");
    EXPECT_EQ(out, "[job/step] one\n[job/step] two\n[job/step] three\n");
}

TEST_F(PlainTest, TheUnfinishedLastLineComesAtTheEndOfTheStep) {
    oneStep();
    listener.onLog(ref, "no newline");
    EXPECT_EQ(out, "");
    tell(StepFinished{ref, "step", Outcome::succeeded(), Millis(5)});
    EXPECT_EQ(out, "[job/step] no newline\n[job/step] succeeded after 5ms\n");
}

TEST_F(PlainTest, ParallelStepsNeverShareALine) {
    oneStep();
    const TryRef other{"other", 1, 0, 1};
    listener.onLog(ref, "aa");
    listener.onLog(other, "bb\nb");
    listener.onLog(ref, "aa\n");
    listener.onLog(other, "b\n");
    EXPECT_EQ(out, "[other/1] bb\n[job/step] aaaa\n[other/1] bb\n");
}

TEST_F(PlainTest, WhatDaemonsSayAfterTheStepIsMarked) {
    oneStep();
    tell(StepFinished{ref, "step", Outcome::succeeded(), Millis(5)});
    out.clear();
    listener.onLog(ref, "still here\n");
    EXPECT_EQ(out, "[job/step, after its end] still here\n");
}

// Cursor movement, OSC 8 and 52, C1 controls, CR, bells, half sequences, invalid UTF-8: none may reach a
// terminal.
TEST_F(PlainTest, HostileBytesNeverReachTheTerminal) {
    const std::vector<std::string> hostile{
        "\x1b[2J\x1b[1;1Hfake",
        "\x1b]8;;http://x\x07link\x1b]8;;\x07",
        "\x1b]52;c;aGk=\x07",
        "\xc2\x9b"
        "31mred",
        "\x9b"
        "31mred",
        "real\rfake",
        "\x07\x08\x7f",
        "\x1b[",
        "\x1b",
        "\x1b[\xc2\x9b"
        "31m",
        "\xff\xfe\xc0\x80",
        "\x1bP1$r\x1b\\",
        std::string("nul\0nul", 7),
        "\x1b[?25l",
        "\x1b[38;5;1\x1b[2Jm",
    };
    for (const bool colour : {false, true}) {
        for (const std::string& bytes : hostile) {
            std::string text = shown(bytes, colour);
            for (std::size_t at = 0; (at = text.find("\x1b[", at)) != std::string::npos;) {
                const std::size_t end = text.find_first_not_of("0123456789;:", at + 2);
                ASSERT_TRUE(colour && end != std::string::npos && text[end] == 'm') << bytes;
                text.erase(at, end + 1 - at);
            }
            EXPECT_TRUE(isTerminalSafe(text)) << bytes << " became " << text;
            EXPECT_EQ(text.find('\n'), std::string::npos);
        }
    }
    oneStep();
    for (const std::string& bytes : hostile) {
        listener.onLog(ref, bytes + "\n");
        tell(Notice{"warning", "job", bytes, bytes});
    }
    tell(StepFinished{ref, hostile[0], Outcome::failedWith(hostile[1]), Millis(1)});
    tell(JobFinished{"job", 1, Outcome::failedWith(hostile[2]), false});
    tell(RunFinished{Outcome::failedWith(hostile[3]), 1});
    EXPECT_TRUE(isTerminalSafe(out)) << out;
}

TEST(ShownText, KeepsColoursOnlyWhenToldAndEndsThem) {
    EXPECT_EQ(shown("\x1b[31mred", true), "\x1b[31mred\x1b[0m");
    EXPECT_EQ(shown("\x1b[31mred\x1b[0m!", false), "red!");
    EXPECT_EQ(shown("tab\there é", false), "tab\there é");
    EXPECT_EQ(shown("a\xff"
                    "b",
                    false),
              "a\xef\xbf\xbd"
              "b");
}

TEST_F(PlainTest, EveryLineOfAMillionIsThere) {
    oneStep();
    std::string block;
    std::int64_t lines = 0;
    bool prefixed = true;
    PlainListener counting(
        [&](std::string_view text) {
            lines += std::ranges::count(text, '\n');
            prefixed = prefixed && text.starts_with("[job/1] ");
        },
        {});
    for (int i = 0; i < 1'000'000; ++i) {
        block += "x\n";
        if (block.size() == 65'000) {
            counting.onLog(ref, block);
            block.clear();
        }
    }
    counting.onLog(ref, block);
    EXPECT_EQ(lines, 1'000'000);
    EXPECT_TRUE(prefixed);
}

TEST_F(PlainTest, ALineWithoutEndIsShownInPiecesThatSaySo) {
    oneStep();
    listener.onLog(ref, std::string(maxLineBytes + 1, 'x'));
    EXPECT_TRUE(out.ends_with("x [the line goes on]\n"));
    EXPECT_EQ(std::ranges::count(out, 'x'), static_cast<std::ptrdiff_t>(maxLineBytes));
}

TEST_F(PlainTest, ASilentStepGivesAHeartbeatAfterHalfAMinuteThenEachMinute) {
    oneStep();
    tick(29);
    EXPECT_EQ(out, "");
    tick(30);
    EXPECT_EQ(out, "[job/step] still running, 30.0s, no output for 30.0s\n");
    out.clear();
    tick(31);
    tick(89);
    EXPECT_EQ(out, "");
    tick(90);
    EXPECT_EQ(out, "[job/step] still running, 1m 30s, no output for 1m 30s\n");
    out.clear();
    listener.onLog(ref, "alive\n");
    tick(91);
    tick(120);
    EXPECT_EQ(out, "[job/step] alive\n");
    tick(121);
    EXPECT_TRUE(out.ends_with("[job/step] still running, 2m 01s, no output for 30.0s\n")) << out;
    tell(StepFinished{ref, "step", Outcome::succeeded(), Millis(5)});
    out.clear();
    tick(1000);
    EXPECT_EQ(out, "");
}

TEST_F(PlainTest, ShowsTheLastTwentyLinesOfWhatFailedAndHowToSeeAll) {
    oneStep();
    for (int i = 1; i <= 50; ++i) {
        listener.onLog(ref, fmt::format("line {}\n", i));
    }
    tell(StepFinished{ref, "step", Outcome::failedExit(7), Millis(5)});
    tell(JobFinished{"job", 1, Outcome::failedExit(7), false});
    out.clear();
    tell(RunFinished{Outcome::failedWith("a job failed"), 1});
    EXPECT_EQ(out.find("    line 30\n"), std::string::npos);
    EXPECT_NE(out.find("    line 31\n"), std::string::npos);
    EXPECT_NE(out.find("    line 50\n"), std::string::npos);
    EXPECT_NE(out.find("cirque logs 0197a8c2-1f3e job/step\n"), std::string::npos) << out;
}

TEST_F(PlainTest, AFailureThatARetryMadeGoodIsNotShownAtTheEnd) {
    oneStep();
    listener.onLog(ref, "boom\n");
    tell(StepFinished{ref, "step", Outcome::failedExit(7), Millis(5)});
    tell(JobRetrying{"job", 1, 2, Millis(0), Outcome::failedExit(7)});
    tell(JobFinished{"job", 2, Outcome::succeeded(), false});
    out.clear();
    tell(RunFinished{Outcome::succeeded(), 0});
    EXPECT_EQ(out.find("boom"), std::string::npos);
    EXPECT_EQ(out.find("exit 7"), std::string::npos);
}

} // namespace cirque::report
