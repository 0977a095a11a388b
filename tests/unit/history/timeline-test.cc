// SPDX-License-Identifier: Apache-2.0
#include "history/timeline.hh"

#include "history/layout.hh"
#include "history/timeline-json.hh"
#include "tests/unit/event/every-event.hh"

#include <gtest/gtest.h>

namespace cirque::history {
namespace {

using namespace event;

// One event each second.
Timeline of(std::vector<event::Body> bodies, bool alive = false) {
    TimelineBuilder builder(test::someRun());
    std::int64_t second = 0;
    for (event::Event& event : test::numbered(std::move(bodies))) {
        event.mono = MonoTime{7'000'000'000 + second++ * 1'000'000'000};
        builder.add(event);
    }
    return std::move(builder).take(alive);
}

Micros seconds(int count) {
    return std::chrono::seconds(count);
}

const TryRef first{"j", 1, 0, 1};

} // namespace

TEST(Timeline, KeepsEveryWaitTryAndPause) {
    const Timeline line = of({
        RunStarted{"ci", "ci.nix", "/t", "0", 1},                                               // 0
        JobsAdded{{{"j", {}, {"s", "t"}}}, ""},                                                 // 1
        JobQueued{"j"},                                                                         // 2
        JobStarted{"j", 1, "local", ""},                                                        // 3
        ProvisionStarted{"j", 1},                                                               // 4
        ProvisionFinished{"j", 1, Millis(1000)},                                                // 5
        StepStarted{first, "s"},                                                                // 6
        StepRetrying{first, "s", 3, Millis(1000), Outcome::failedExit(1)},                      // 7
        StepStarted{{"j", 1, 0, 2}, "s"},                                                       // 8
        StepFinished{{"j", 1, 0, 2}, "s", Outcome::failedExit(2), Millis(3)},                   // 9
        StepFinished{{"j", 1, 1, 0}, "t", Outcome::skipped(SkipReason::NeedFailed), Millis(0)}, // 10
        JobRetrying{"j", 1, 2, Millis(500), Outcome::failedExit(2)},                            // 11
        JobQueued{"j"},                                                                         // 12
        JobStarted{"j", 2, "local", ""},                                                        // 13
        JobFinished{"j", 2, Outcome::failedExit(2), true},                                      // 14
        RunFinished{Outcome::succeeded(), 0},                                                   // 15
    });
    EXPECT_EQ(line.state, RunState::Finished);
    EXPECT_EQ(line.length, seconds(15));
    ASSERT_EQ(line.jobs.size(), 1U);
    const JobSpan& job = line.jobs[0];
    ASSERT_EQ(job.attempts.size(), 2U);
    EXPECT_FALSE(job.queued) << "it got its slot";
    EXPECT_EQ(job.duration(line.length), seconds(11));
    const AttemptSpan& attempt = job.attempts[0];
    EXPECT_EQ(attempt.queued, seconds(2));
    EXPECT_EQ(attempt.start, seconds(3));
    EXPECT_EQ(attempt.end, seconds(11));
    EXPECT_EQ(attempt.provisionStart, seconds(4));
    EXPECT_EQ(attempt.provisionEnd, seconds(5));
    ASSERT_EQ(attempt.steps.size(), 2U);
    ASSERT_EQ(attempt.steps[0].tries.size(), 2U);
    EXPECT_EQ(attempt.steps[0].tries[0].end, seconds(7));
    EXPECT_EQ(attempt.steps[0].tries[0].delay, Millis(1000));
    EXPECT_EQ(attempt.steps[0].tries[1].start, seconds(8));
    EXPECT_EQ(attempt.steps[0].tries[1].outcome->exit, 2);
    EXPECT_TRUE(attempt.steps[1].tries.empty());
    EXPECT_EQ(job.attempts[1].queued, seconds(12));
    EXPECT_TRUE(job.tolerated);
}

TEST(Timeline, WhatARunThatDiedHadBegunWasInterrupted) {
    const std::vector<event::Body> bodies{RunStarted{"ci", "", "", "0", 1},
                                          JobsAdded{{{"j", {}, {"s"}}, {"k", {"j"}, {}}}, ""},
                                          JobStarted{"j", 1, "local", ""}, StepStarted{first, "s"}};
    const Timeline dead = of(bodies);
    EXPECT_EQ(dead.jobs[0].outcome->kind, OutcomeKind::Interrupted);
    EXPECT_EQ(dead.jobs[0].attempts[0].steps[0].tries[0].outcome->kind, OutcomeKind::Interrupted);
    EXPECT_FALSE(dead.jobs[1].outcome) << "it never began";
    const Timeline alive = of(bodies, true);
    EXPECT_EQ(alive.state, RunState::Running);
    EXPECT_FALSE(alive.jobs[0].outcome);
}

// A journal is foreign bytes: events about nothing, in no order, must not end badly.
TEST(Timeline, EveryEventAloneAndBackwardsIsTakenAsItIs) {
    auto events = test::everyEvent();
    std::ranges::reverse(events);
    TimelineBuilder builder(test::someRun());
    for (const event::Event& event : events) {
        builder.add(event);
        TimelineBuilder alone(test::someRun());
        alone.add(event);
        EXPECT_GE(std::move(alone).take(false).length, Micros(0));
    }
    const Timeline line = std::move(builder).take(false);
    for (const JobSpan& job : line.jobs) {
        for (const AttemptSpan& attempt : job.attempts) {
            EXPECT_LE(attempt.start, attempt.end.value_or(line.length));
        }
    }
}

TEST(Timeline, TheCriticalPathIsTheSlowestChainOfNeeds) {
    Timeline line;
    line.length = seconds(100);
    const auto add = [&](const char* name, std::vector<std::string> needs, int from, int to) {
        JobSpan& job = line.jobs.emplace_back();
        job.name = name;
        job.needs = std::move(needs);
        job.attempts.emplace_back().start = seconds(from);
        job.finished = seconds(to);
    };
    add("a", {}, 0, 5);
    add("b", {}, 0, 9);
    add("c", {"a"}, 5, 15);
    add("d", {"b", "gone"}, 9, 12);
    add("e", {"c", "d"}, 15, 16);
    add("alone", {}, 0, 15);
    EXPECT_EQ(criticalPath(line), (std::vector<std::size_t>{0, 2, 4}));
    line.jobs[4].needs.clear();
    line.jobs[2].needs.clear();
    line.jobs[3].needs.clear();
    EXPECT_TRUE(criticalPath(line).empty()) << "no job needs another";
    line.jobs[0].needs = {"b"};
    line.jobs[1].needs = {"a"};
    (void)criticalPath(line); // a cycle, which only a journal that lies holds
}

TEST(Timeline, TheCriticalPathGoesThroughTheSlowestMemberOfAMatrix) {
    const Timeline line = of({
        JobsAdded{{{"list", {}, {}}, {"each", {"list"}, {}}, {"after", {"each"}, {}}}, ""}, // 0
        JobStarted{"list", 1, "local", ""},                                                 // 1
        JobFinished{"list", 1, Outcome::succeeded(), false},                                // 2
        JobsAdded{{{"each-a", {"list"}, {}}, {"each-b", {"list"}, {}}}, "each"},            // 3
        JobStarted{"each-a", 1, "local", ""},                                               // 4
        JobStarted{"each-b", 1, "local", ""},                                               // 5
        JobFinished{"each-a", 1, Outcome::succeeded(), false},                              // 6
        JobFinished{"each-b", 1, Outcome::succeeded(), false},                              // 7
        JobFinished{"each", 0, Outcome::succeeded(), false},                                // 8
        JobStarted{"after", 1, "local", ""},                                                // 9
        JobFinished{"after", 1, Outcome::succeeded(), false},                               // 10
    });
    EXPECT_EQ(criticalPath(line).size(), 3U);
    EXPECT_EQ(criticalPath(line).back(), 2U) << "what needs the matrix is part of it";
}

TEST(Timeline, ComesFromTheJournalAndSaysWhatIsMissing) {
    const test::TemporaryFolder state;
    EXPECT_FALSE(loadTimeline(state.path(), test::someRun()));
    const RunFolder folder = makeRunFolder(state.path(), test::someRun()).value();
    const auto line = loadTimeline(state.path(), test::someRun());
    ASSERT_TRUE(line);
    EXPECT_NE(line->damage, "") << "there is no journal";
}

TEST(Timeline, HasTheJsonTheReferenceShows) {
    const Timeline line =
        of({RunStarted{"ci", "ci.nix", "/t", "0", 1}, JobsAdded{{{"j", {}, {"s"}}}, ""}, JobQueued{"j"},
            JobStarted{"j", 1, "local", ""}, StepStarted{first, "s"},
            StepFinished{first, "s", Outcome::succeeded(), Millis(1)}, Notice{"warning", "j", "look", ""},
            JobFinished{"j", 1, Outcome::succeeded(), false}, RunFinished{Outcome::succeeded(), 0}});
    test::expectGolden(CIRQUE_TEST_DATA "/history/timeline.json", toPretty(timelineToJson(line)));
}

} // namespace cirque::history
