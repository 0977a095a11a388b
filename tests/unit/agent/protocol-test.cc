// SPDX-License-Identifier: Apache-2.0
#include "agent/outputs.hh"
#include "agent/protocol/codec.hh"
#include "agent/protocol/frame.hh"
#include "agent/protocol/messages.hh"

#include <gtest/gtest.h>

namespace cirque::agent {
namespace {

struct Got {
    FrameKind kind;
    std::uint32_t call;
    std::string payload;
    bool operator==(const Got&) const = default;
};

std::vector<Got> readInPieces(std::string_view stream, std::size_t piece, FrameReader& reader) {
    std::vector<Got> got;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        const auto taken = reader.take(stream.substr(at, piece), [&](const Frame& frame) {
            got.push_back({frame.kind, frame.call, std::string(frame.payload)});
        });
        EXPECT_TRUE(taken);
    }
    return got;
}

TEST(Frames, ArriveWholeHoweverTheyAreCut) {
    const std::string binary("a\0\xff\n", 4);
    const std::string stream =
        toBytes(FrameKind::Call, 7, binary) + toBytes(FrameKind::Done, 4'000'000'000U, "");
    const std::vector<Got> expected{{FrameKind::Call, 7, binary}, {FrameKind::Done, 4'000'000'000U, ""}};
    for (const std::size_t piece : {1U, 2U, 5U, 9U, 100U}) {
        FrameReader reader;
        EXPECT_EQ(readInPieces(stream, piece, reader), expected) << piece;
    }
}

TEST(Frames, WhatAShellSaidBeforeIsPassedOver) {
    const std::string stream = "Welcome!\n" + std::string(preamble) + toBytes(FrameKind::Hello, 0, "x");
    FrameReader reader(preamble);
    EXPECT_EQ(readInPieces(stream, 3, reader), (std::vector<Got>{{FrameKind::Hello, 0, "x"}}));
}

TEST(Frames, SomethingElseIsQuoted) {
    FrameReader reader;
    const auto taken = reader.take("bash: cirque-agent: not found\n", [](const Frame&) { ADD_FAILURE(); });
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().message.find("bash: cirque-agent: not found"), std::string::npos);
}

// Were they delivered again with whatever comes next, a step would print twice, and all would be kept.
TEST(Frames, AreDeliveredOnceWhateverComesAfterThem) {
    FrameReader reader;
    int delivered = 0;
    const auto count = [&delivered](const Frame&) { ++delivered; };
    EXPECT_FALSE(reader.take(toBytes(FrameKind::Output, 1, "once") + "a child of the shell prints\n", count));
    EXPECT_FALSE(reader.take(toBytes(FrameKind::Output, 1, "more"), count));
    EXPECT_EQ(delivered, 1);
}

TEST(Messages, AStepComesBackAsItWas) {
    StepRequest request;
    request.index = -1;
    request.tryNumber = 3;
    request.name = "it's a \"step\"";
    request.step.action = plan::ArgvRun{{"printf", "%s", std::string("\xff\0", 2)}};
    request.step.path = {"/nix/store/x", "@tool@"};
    request.step.workdir = "sub";
    request.below = {{{"A", "1\n2", false}}, {}};
    request.above = {{{"T", "$(secret)", true}}};
    request.isCondition = true;
    request.conditionScript = "exit 1";
    const auto back = parseStepRequest(toBytes(request));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->index, -1);
    EXPECT_EQ(back->tryNumber, 3);
    EXPECT_EQ(back->name, request.name);
    EXPECT_EQ(back->step, request.step);
    ASSERT_EQ(back->below.size(), 2U);
    EXPECT_EQ(back->below[0][0].value, "1\n2");
    EXPECT_TRUE(back->above[0][0].secret);
    EXPECT_TRUE(back->isCondition);
    EXPECT_EQ(back->conditionScript, "exit 1");
}

TEST(Messages, AnEndKeepsItsOutcomeAndAFailureItsWords) {
    StepEnd end;
    end.outcome = Outcome::failedSignal(9);
    end.outputs = {{"a", "1"}};
    end.summary = "text";
    const auto back = parseStepEnd(doneBytes(end));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->outcome, end.outcome);
    EXPECT_EQ(back->outputs, end.outputs);
    const auto failed = parseStepEnd(failedBytes({ErrorCode::DiskFull, "no room", "make some", {"while"}}));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::DiskFull);
    EXPECT_EQ(failed.error().hint, "make some");
}

// A place that could say "skipped by its own condition" could make a run green.
TEST(Messages, AnOutcomeThatNoStepHasIsRefused) {
    StepEnd end;
    end.outcome = Outcome::skipped(SkipReason::OwnCondition);
    EXPECT_FALSE(parseStepEnd(doneBytes(end)));
    end.outcome = Outcome::cached();
    EXPECT_FALSE(parseStepEnd(doneBytes(end)));
}

// They become variables and JSON; the agent that should have looked at them may be another program.
TEST(Messages, OutputsThatNoStepCanWriteAreRefused) {
    const auto reads = [](std::string name, std::string value) {
        StepEnd end;
        end.outputs = {{std::move(name), std::move(value)}};
        return parseStepEnd(doneBytes(end)).has_value();
    };
    EXPECT_TRUE(reads("name", "a\nb=c"));
    EXPECT_FALSE(reads("", "value"));
    EXPECT_FALSE(reads("a=b", "value"));
    EXPECT_FALSE(reads("a\nb", "value"));
    EXPECT_FALSE(reads("a\xff", "value"));
    EXPECT_FALSE(reads("name", "\xff"));
    EXPECT_FALSE(reads("name", std::string("a\0b", 3)));
    EXPECT_FALSE(reads("name", std::string(maxOutputBytes, 'x')));
    StepEnd end;
    end.summary = std::string(maxSummaryBytes + 1, 'x');
    EXPECT_FALSE(parseStepEnd(doneBytes(end)));
}

TEST(Messages, EveryCutIsRefused) {
    StepEnd end;
    end.outcome = Outcome::failedExit(7);
    end.outputs = {{"name", "value"}};
    const std::string bytes = doneBytes(end);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(parseStepEnd(std::string_view(bytes).substr(0, size))) << size;
    }
    EXPECT_FALSE(parseStepEnd(bytes + "x"));
}

} // namespace
} // namespace cirque::agent
