// SPDX-License-Identifier: Apache-2.0
// What is kept of a job's services: every start, when it was up, how it ended.
#include "history/json.hh"
#include "history/timeline-json.hh"
#include "tests/unit/event/every-event.hh"

#include <gtest/gtest.h>

namespace cirque::history {
namespace {

using namespace event;

const TryRef app{"j", 1, -2, 1};
const TryRef db{"j", 1, -3, 1};

// One event each second.
std::vector<Event> everySecond(std::vector<Body> bodies) {
    std::vector<Event> events = test::numbered(std::move(bodies));
    std::int64_t second = 0;
    for (Event& event : events) {
        event.mono = MonoTime{7'000'000'000 + second++ * 1'000'000'000};
    }
    return events;
}

Timeline timelineOf(std::vector<Body> bodies) {
    TimelineBuilder builder(test::someRun());
    for (const Event& event : everySecond(std::move(bodies))) {
        builder.add(event);
    }
    return std::move(builder).take(false);
}

RunSummary summaryOf(std::vector<Body> bodies) {
    Summarizer summarizer(test::someRun());
    for (const Event& event : everySecond(std::move(bodies))) {
        summarizer.add(event);
    }
    return std::move(summarizer).take(false);
}

Micros seconds(int count) {
    return std::chrono::seconds(count);
}

std::vector<Body> begun() {
    return {RunStarted{"ci", "ci.nix", "/t", "0", 1},
            JobsAdded{{{"j", {}, {"s"}, {"app", "db"}}}, ""},
            JobStarted{"j", 1, "local", ""},
            ServiceStarted{app, "app", 1},
            ServiceStarted{db, "db", 1},                            // 4
            ServiceRestarting{db, "db", 1, Outcome::failedExit(3)}, // 5
            ServiceStarted{db, "db", 2},                            // 6
            ServiceReady{app, "app", Millis(4000)},                 // 7
            ServiceReady{db, "db", Millis(4000)},                   // 8
            StepStarted{{"j", 1, 0, 1}, "s"}};                      // 9
}

std::vector<Body> ended() {
    std::vector<Body> bodies = begun();
    for (const Body& body :
         std::vector<Body>{StepFinished{{"j", 1, 0, 1}, "s", Outcome::succeeded(), Millis(1000)}, // 10
                           ServiceStopped{db, "db", Outcome::cancelled()},                        // 11
                           ServiceStopped{app, "app", Outcome::failedExit(7)},                    // 12
                           JobFinished{"j", 1, Outcome::failedExit(7), false},
                           RunFinished{Outcome::failedWith("a job failed"), 1}}) {
        bodies.push_back(body);
    }
    return bodies;
}

} // namespace

TEST(ServiceSpans, KeepEveryStartAndWhenItWasUp) {
    const Timeline line = timelineOf(ended());
    const AttemptSpan& attempt = line.jobs[0].attempts[0];
    ASSERT_EQ(attempt.services.size(), 2U);
    const ServiceSpan& one = attempt.services[1];
    EXPECT_EQ(one.name, "db");
    ASSERT_EQ(one.starts.size(), 2U);
    EXPECT_EQ(one.starts[0].end, seconds(5));
    EXPECT_EQ(one.starts[0].outcome, Outcome::failedExit(3));
    EXPECT_FALSE(one.starts[0].up);
    EXPECT_EQ(one.starts[1].start, seconds(6));
    EXPECT_EQ(one.starts[1].up, seconds(8));
    EXPECT_EQ(one.end, seconds(11));
    EXPECT_EQ(one.outcome, Outcome::cancelled());
    EXPECT_EQ(attempt.services[0].outcome, Outcome::failedExit(7));
    EXPECT_EQ(attempt.startingServices(line.length), std::pair(seconds(3), seconds(8)));
    test::expectGolden(CIRQUE_TEST_DATA "/history/services.json",
                       toPretty(timelineToJson(line)) + toPretty(Json(runToJson(summaryOf(ended())))));
}

// A journal from before service.restarting ends a start with the next one.
TEST(ServiceSpans, OlderJournalsReadTheSame) {
    std::vector<Body> bodies = ended();
    bodies.erase(bodies.begin() + 5);
    const ServiceSpan one = timelineOf(bodies).jobs[0].attempts[0].services[1];
    ASSERT_EQ(one.starts.size(), 2U);
    EXPECT_EQ(one.starts[0].end, one.starts[1].start);
}

TEST(ServiceSpans, WhatARunThatDiedHadStartedWasInterrupted) {
    const Timeline line = timelineOf(begun());
    for (const ServiceSpan& one : line.jobs[0].attempts[0].services) {
        EXPECT_EQ(one.outcome, Outcome::interrupted());
        EXPECT_EQ(one.starts.back().outcome, Outcome::interrupted());
    }
    const RunSummary run = summaryOf(begun());
    EXPECT_EQ(run.jobs[0].services[0].outcome, Outcome::interrupted());
}

TEST(ServiceSpans, AStopInThePauseAfterAFailureLeavesThatFailure) {
    std::vector<Body> bodies = begun();
    bodies.resize(6);
    bodies.emplace_back(ServiceStopped{db, "db", Outcome::cancelled()});
    const ServiceSpan one = timelineOf(bodies).jobs[0].attempts[0].services[1];
    EXPECT_EQ(one.starts[0].outcome, Outcome::failedExit(3));
    EXPECT_EQ(one.outcome, Outcome::cancelled());
}

// The kept summary must be the run, or a listing would change with the cache.
TEST(ServiceSummary, ReadsBackAndKnowsWhenItWasUp) {
    const RunSummary run = summaryOf(ended());
    EXPECT_EQ(run.jobs[0].services[1].starts, 2);
    EXPECT_EQ(run.jobs[0].services[1].up, Millis(4000));
    EXPECT_EQ(*parseRun(Json(runToJson(run))), run);
    std::vector<Body> again = begun();
    again.emplace_back(JobStarted{"j", 2, "local", ""});
    EXPECT_FALSE(summaryOf(again).jobs[0].services[1].up) << "a new attempt starts them anew";
}

} // namespace cirque::history
