// SPDX-License-Identifier: Apache-2.0
#include "history/summary.hh"

#include "history/find-log.hh"
#include "history/json.hh"
#include "tests/unit/event/every-event.hh"

#include <gtest/gtest.h>

namespace cirque::history {
namespace {

using namespace event;

std::vector<Body> aRun() {
    return {
        RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1},
        JobsAdded{{{"build", {}, {"compile", "check", "check"}}, {"build/linux", {"build"}, {"a/b", "2"}}},
                  ""},
        PlanCompleted{},
        JobStarted{"build", 1, "local", ""},
        StepStarted{{"build", 1, 0, 1}, "compile"},
        LogProgress{{"build", 1, 0, 1}, 100, 4},
        Annotation{{"build", 1, 0, 1}, "error", "", 0, 0, 0, "", "of the first try"},
        SummaryWritten{{"build", 1, 0, 1}, "of the first try"},
        StepRetrying{{"build", 1, 0, 1}, "compile", 2, Millis(1000), Outcome::failedExit(1)},
        StepStarted{{"build", 1, 0, 2}, "compile"},
        StepFinished{{"build", 1, 0, 2}, "compile", Outcome::succeeded(), Millis(40)},
        Annotation{{"build", 1, 0, 2}, "error", "a.c", 3, 4, 5, "t", "no \xff"},
        SummaryWritten{{"build", 1, 0, 2}, "# Well"},
        TestsReported{"build", "r.xml", "junit", 3, 1, 2, Millis(9), {{"s", "n", "f", 7, Millis(8), "m"}}},
        ArtifactSaved{"build", "dist", "out", 10, 1, "ff"},
        JobFinished{"build", 1, Outcome::succeeded(), false},
        JobStarted{"build/linux", 1, "local", ""},
        StepStarted{{"build/linux", 1, 1, 1}, "2"},
    };
}

RunSummary summaryOf(std::vector<Body> bodies, bool alive) {
    Summarizer summarizer(test::someRun());
    for (const Event& event : test::numbered(std::move(bodies))) {
        summarizer.add(event);
    }
    return std::move(summarizer).take(alive);
}

std::vector<Body> finishedRun() {
    auto bodies = aRun();
    bodies.push_back(StepFinished{{"build/linux", 1, 1, 1}, "2", Outcome::failedExit(7), Millis(5)});
    bodies.push_back(JobFinished{"build/linux", 1, Outcome::failedExit(7), false});
    bodies.push_back(RunFinished{Outcome::failedWith("a job failed"), 1});
    return bodies;
}

std::vector<std::string> basesOf(const Result<std::vector<LogEntry>>& entries) {
    std::vector<std::string> out;
    for (const LogEntry& entry : *entries) {
        out.push_back(entry.base);
    }
    return out;
}

} // namespace

TEST(RunSummary, GathersWhatHappened) {
    const RunSummary run = summaryOf(finishedRun(), false);
    EXPECT_EQ(run.state, RunState::Finished);
    EXPECT_EQ(run.name, "ci");
    EXPECT_EQ(run.exitStatus, 1);
    ASSERT_EQ(run.jobs.size(), 2U);
    EXPECT_EQ(run.jobs[0].outcome, Outcome::succeeded());
    EXPECT_EQ(run.jobs[0].duration, Millis(18'000));
    ASSERT_EQ(run.jobs[0].steps[0].tries.size(), 2U);
    EXPECT_EQ(run.jobs[0].steps[0].tries[0].outcome, Outcome::failedExit(1));
    EXPECT_EQ(run.jobs[0].steps[0].tries[0].lines, 4);
    EXPECT_EQ(run.jobs[0].steps[0].tries[0].duration, Millis(6000)) << "a retried try took its time";
    EXPECT_EQ(run.jobs[0].steps[0].outcome, Outcome::succeeded());
    EXPECT_FALSE(run.jobs[0].steps[1].outcome);
    EXPECT_EQ(run.artifacts[0].name, "dist");
    const Feedback& told = run.jobs[0].told;
    ASSERT_EQ(told.annotations.size(), 1U) << "those of a try that was repeated count no more";
    EXPECT_EQ(told.annotations[0].line, 3);
    EXPECT_EQ(told.summaries, (std::vector<StepNote>{{0, "# Well"}}));
    ASSERT_EQ(told.tests.size(), 1U);
    EXPECT_EQ(told.tests[0].failed, 1);
    EXPECT_EQ(told.tests[0].failures[0].name, "n");
    EXPECT_TRUE(run.jobs[1].told.empty());
}

// A run without run.finished whose lock is free was interrupted; so was what it left unfinished, and nothing
// else.
TEST(RunSummary, WithoutItsEndAndWithoutItsLockARunWasInterrupted) {
    const RunSummary run = summaryOf(aRun(), false);
    EXPECT_EQ(run.state, RunState::Interrupted);
    EXPECT_EQ(run.outcome, Outcome::interrupted());
    EXPECT_EQ(run.jobs[0].outcome, Outcome::succeeded());
    EXPECT_EQ(run.jobs[1].outcome, Outcome::interrupted());
    EXPECT_EQ(run.jobs[1].steps[1].outcome, Outcome::interrupted());
    EXPECT_FALSE(run.jobs[1].steps[0].outcome);
}

TEST(RunSummary, WithoutItsEndButWithItsLockARunIsRunning) {
    const RunSummary run = summaryOf(aRun(), true);
    EXPECT_EQ(run.state, RunState::Running);
    EXPECT_FALSE(run.outcome);
    EXPECT_FALSE(run.jobs[1].outcome);
}

TEST(RunSummary, EventsOfJobsAndStepsNobodyKnowsAreHarmless) {
    const RunSummary run =
        summaryOf({JobFinished{"ghost", 1, {}, false}, StepStarted{{"ghost", 1, 0, 1}, "x"},
                   JobsAdded{{{"a", {}, {}}}, ""}, StepStarted{{"a", 1, 2'000'000'000, 1}, "x"},
                   StepStarted{{"a", 1, -5, -5}, "x"}},
                  false);
    EXPECT_EQ(run.jobs.size(), 1U);
    EXPECT_TRUE(run.jobs[0].steps.empty());
}

// What an attempt told is not what the next one says.
TEST(RunSummary, ANewAttemptForgetsWhatTheLastOneTold) {
    std::vector<Body> bodies = aRun();
    bodies.push_back(JobStarted{"build", 2, "local", ""});
    EXPECT_TRUE(summaryOf(bodies, true).jobs[0].told.empty());
}

// The kept summary must be the run, or a listing would change with the cache.
TEST(RunJson, ReadsBackToTheSameRun) {
    for (const bool alive : {true, false}) {
        const RunSummary run = summaryOf(aRun(), alive);
        const auto back = parseRun(Json(runToJson(run)));
        ASSERT_TRUE(back) << back.error().text();
        EXPECT_EQ(*back, run);
    }
    const RunSummary everything = summaryOf(finishedRun(), false);
    EXPECT_EQ(*parseRun(Json(runToJson(everything))), everything);
    RunSummary damaged;
    damaged.id = test::someRun();
    damaged.damage = "line 3";
    EXPECT_EQ(*parseRun(Json(runToJson(damaged))), damaged);
}

TEST(RunJson, AnythingElseIsCorrupt) {
    for (const char* text : {"{}", "[]", "7", R"({"version":2,"run":{}})",
                             R"({"version":1,"run":{"id":"x"}})", R"({"version":1,"run":[]})"}) {
        const auto run = parseRun(*parseJson(text, "test"));
        ASSERT_FALSE(run) << text;
        EXPECT_EQ(run.error().code, ErrorCode::Corrupt);
    }
}

TEST(RunJson, HasTheShapeTheReferenceShows) {
    const RunSummary run = summaryOf(finishedRun(), false);
    std::string logs;
    LogsJson json;
    const auto entries = findLog(run, "build/compile");
    json.begin(logs, run.id);
    for (const LogEntry& entry : *entries) {
        json.beginTry(logs, entry);
        json.line(logs, 1, {"hello \"x\"", Millis(3)});
        json.line(logs, 2, {"\xff", Millis(4), true, true});
        json.endTry(logs);
    }
    json.end(logs);
    const auto parsed = parseJson(logs, "logs");
    ASSERT_TRUE(parsed) << parsed.error().text();
    test::expectGolden(CIRQUE_TEST_DATA "/history/v1.json", toPretty(Json(runsToJson(std::span(&run, 1)))) +
                                                                toPretty(Json(artifactsToJson(run))) +
                                                                toPretty(*parsed));
}

TEST(FindLog, NamesTriesStepsAndJobs) {
    const RunSummary run = summaryOf(finishedRun(), false);
    EXPECT_EQ(basesOf(findLog(run, "build/compile")),
              (std::vector<std::string>{"logs/1/1-0-1", "logs/1/1-0-2"}));
    EXPECT_EQ(basesOf(findLog(run, "build/1")), (std::vector<std::string>{"logs/1/1-0-1", "logs/1/1-0-2"}));
    EXPECT_EQ(basesOf(findLog(run, "build")).size(), 2U);
    EXPECT_EQ(basesOf(findLog(run, "")).size(), 3U);
    EXPECT_TRUE(findLog(run, "build/3")->empty()); // it never began
}

TEST(FindLog, TheLongestJobNameWinsAndANameBeatsANumber) {
    const RunSummary run = summaryOf(finishedRun(), false);
    EXPECT_EQ(basesOf(findLog(run, "build/linux")), (std::vector<std::string>{"logs/2/1-1-1"}));
    EXPECT_EQ(basesOf(findLog(run, "build/linux/2")), (std::vector<std::string>{"logs/2/1-1-1"}));
    EXPECT_TRUE(findLog(run, "build/linux/a/b")->empty());
}

TEST(FindLog, ErrorsNameTheNearest) {
    const RunSummary run = summaryOf(finishedRun(), false);
    const auto step = findLog(run, "build/compil");
    ASSERT_FALSE(step);
    EXPECT_EQ(step.error().code, ErrorCode::NotFound);
    EXPECT_EQ(step.error().message, "job 'build' has no step 'compil'");
    EXPECT_EQ(step.error().hint, "did you mean 'compile'?");
    EXPECT_EQ(findLog(run, "buidl").error().hint, "did you mean 'build'?");
    EXPECT_EQ(findLog(run, "zzzzzzzzz").error().hint, "its jobs: build, build/linux");
    EXPECT_EQ(findLog(run, "build/9").error().hint, "its steps are 1 to 3");
    EXPECT_EQ(findLog(run, "build/check").error().hint, "name it by its number: build/2");
    EXPECT_FALSE(findLog(run, "build/0"));
    EXPECT_FALSE(findLog(run, "build/"));
}

TEST(FindLog, AddressesReadBack) {
    const RunSummary run = summaryOf(finishedRun(), false);
    EXPECT_EQ(logAddress(run.jobs[0], 0), "build/compile");
    EXPECT_EQ(logAddress(run.jobs[0], 2), "build/3");
    EXPECT_EQ(logAddress(run.jobs[1], 0), "build/linux/a/b");
}

} // namespace cirque::history
