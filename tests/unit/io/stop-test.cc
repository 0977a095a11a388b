// SPDX-License-Identifier: Apache-2.0
#include "io/runtime/stop.hh"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace cirque::io {
namespace {

TEST(Stop, LevelOnlyRisesAndTheFirstReasonStays) {
    StopSource source;
    auto token = source.token();
    EXPECT_FALSE(token.stopRequested());
    source.request(StopLevel::Graceful, StopReason::Timeout);
    source.request(StopLevel::Immediate, StopReason::Shutdown);
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    EXPECT_EQ(token.level(), StopLevel::Immediate);
    EXPECT_EQ(token.reason(), StopReason::Timeout);
}

TEST(Stop, CallbackHearsEachRiseOnce) {
    StopSource source;
    std::vector<StopLevel> heard;
    auto callback = source.token().onStop([&](StopLevel level) { heard.push_back(level); });
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    source.request(StopLevel::Immediate, StopReason::Cancelled);
    EXPECT_EQ(heard, (std::vector{StopLevel::Graceful, StopLevel::Immediate}));
}

TEST(Stop, LateCallbackIsCalledAtOnce) {
    StopSource source;
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    int calls = 0;
    auto callback = source.token().onStop([&](StopLevel) { ++calls; });
    EXPECT_EQ(calls, 1);
}

TEST(Stop, DroppedCallbackIsSilent) {
    StopSource source;
    int calls = 0;
    {
        auto callback = source.token().onStop([&](StopLevel) { ++calls; });
    }
    auto moved = source.token().onStop([&](StopLevel) { ++calls; });
    moved = StopCallback();
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    EXPECT_EQ(calls, 0);
}

TEST(Stop, MovedCallbackStaysRegistered) {
    StopSource source;
    int calls = 0;
    auto first = source.token().onStop([&](StopLevel) { ++calls; });
    StopCallback second = std::move(first);
    first = StopCallback();
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    EXPECT_EQ(calls, 1);
}

// What the callback captured must stay alive while it runs.
TEST(Stop, CallbackMayDropItselfAndAnother) {
    StopSource source;
    std::optional<StopCallback> first;
    std::optional<StopCallback> second;
    auto kept = std::make_shared<int>(7);
    int seen = 0;
    int others = 0;
    first = source.token().onStop([&, kept](StopLevel) {
        first.reset();
        second.reset();
        seen = *kept;
    });
    second = source.token().onStop([&](StopLevel) { ++others; });
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    EXPECT_EQ(seen, 7);
    EXPECT_EQ(others, 0);
}

TEST(Stop, CallbackAddedDuringNotificationIsCalledOnce) {
    StopSource source;
    int inner = 0;
    std::vector<StopCallback> added;
    auto outer = source.token().onStop(
        [&](StopLevel) { added.push_back(source.token().onStop([&](StopLevel) { ++inner; })); });
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    EXPECT_EQ(inner, 1);
}

// A nested rise must not be followed by the lower level.
TEST(Stop, RaisingFromACallbackNeverGoesBack) {
    StopSource source;
    std::vector<StopLevel> heard;
    auto raiser = source.token().onStop(
        [&](StopLevel) { source.request(StopLevel::Immediate, StopReason::Cancelled); });
    auto listener = source.token().onStop([&](StopLevel level) { heard.push_back(level); });
    source.request(StopLevel::Graceful, StopReason::Cancelled);
    EXPECT_EQ(heard, std::vector{StopLevel::Immediate});
}

TEST(Stop, TokensAndCallbacksMayOutliveTheSource) {
    std::optional<StopSource> source(std::in_place);
    auto token = source->token();
    auto callback = token.onStop([](StopLevel) {});
    source->request(StopLevel::Graceful, StopReason::Deadline);
    source.reset();
    EXPECT_EQ(token.reason(), StopReason::Deadline);
    StopToken none;
    auto unheard = none.onStop([](StopLevel) { FAIL(); });
    EXPECT_FALSE(none.stopRequested());
}

} // namespace
} // namespace cirque::io
