// SPDX-License-Identifier: Apache-2.0
#include "report/finish/finish.hh"

#include "base/columns.hh"
#include "base/text.hh"
#include "report/finish/critical-path.hh"
#include "tests/unit/event/every-event.hh"
#include "tests/unit/report/recorded.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cirque::report {
namespace {

using namespace event;

// A model fed like a listener, that keeps the last event.
struct Fed : Listener {
    RunModel model;
    std::optional<Event> last;
    std::int64_t seq = 0;

    void onEvent(const Event& event) override {
        model.add(event);
        last = event;
    }

    void onLog(const TryRef& ref, std::string_view bytes) override { model.log(ref, bytes); }

    void tell(Body body, std::int64_t millis = 0) {
        onEvent({++seq, WallTime{}, MonoTime{millis * 1'000'000}, test::someRun(), std::move(body)});
    }

    [[nodiscard]] std::string screen(FinishOptions options = {}) const {
        return finalScreen(model, *last, std::get<RunFinished>(last->body), options);
    }
};

void playReports(Fed& fed) {
    fed.tell(RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1}, 0);
    fed.tell(
        JobsAdded{{{"build", {}, {"compile"}},
                   {"test: a rather long name, with 日本語 and an emoji 🚀", {"build"}, {"unit", "unit"}},
                   {"docs", {}, {"write"}},
                   {"deploy", {"build", "docs"}, {}}},
                  ""});
    const std::string test = "test: a rather long name, with 日本語 and an emoji 🚀";
    fed.tell(JobFinished{"build", 0, Outcome::cached(), false, "0197a8c2-0000-7abc-8def-0123456789ab"}, 5);
    fed.tell(JobStarted{test, 1, "local", ""}, 10);
    fed.tell(JobStarted{"docs", 1, "local", ""}, 10);
    fed.tell(StepStarted{{"docs", 1, 0, 1}, "write"}, 10);
    fed.tell(SummaryWritten{{"docs", 1, 0, 1}, "# Pages\n\n- 12 written\n- \x1b[31m1\x1b[2J left\n"}, 15);
    fed.tell(Annotation{{"docs", 1, 0, 1}, "warning", "a.md", 3, 0, 0, "", "no heading"}, 20);
    fed.tell(Annotation{{"docs", 1, 0, 1}, "error", "src/b.c", 0, 0, 0, "Syntax", "lost\nbrace"}, 20);
    fed.tell(JobFinished{"docs", 1, Outcome::succeeded(), false}, 2900);
    fed.tell(StepStarted{{test, 1, 1, 1}, "unit"}, 2100);
    fed.onLog({test, 1, 1, 1}, "one\ttwo\n3 of 5 failed\n");
    fed.tell(TestsReported{test,
                           "junit.xml",
                           "junit",
                           117,
                           3,
                           2,
                           Millis(900),
                           {{"math", "adds", "math-test.cc", 12, Millis(1), "expected 4\ngot 5"},
                            {"", "subtracts", "", 0, Millis(1), ""}}},
             3000);
    fed.tell(StepFinished{{test, 1, 1, 1}, "unit", Outcome::failedExit(1), Millis(900)}, 3000);
    fed.tell(JobFinished{test, 1, Outcome::failedExit(1), false}, 3010);
    fed.tell(JobStarted{"deploy", 1, "local", ""}, 3020);
    fed.tell(JobFinished{"deploy", 1, Outcome::infrastructure("the disk is full", "make room"), false}, 4020);
    fed.tell(RunFinished{Outcome::failedWith("a job failed"), 1}, 4030);
}

} // namespace

TEST(FinalScreen, LooksAsTheGoldenFilesSay) {
    for (const std::size_t columns : {0, 60, 80, 120, 200}) {
        for (const bool colour : {false, true}) {
            Fed fed;
            playReports(fed);
            test::expectGolden(
                fmt::format("{}/report/final-{}{}.txt", CIRQUE_TEST_DATA, columns, colour ? "-colour" : ""),
                fed.screen({.colour = colour, .columns = columns}));
        }
    }
}

// What is printed for people must not control their terminal, whoever wrote it.
TEST(FinalScreen, HasNoControlCharacterWithoutColour) {
    Fed fed;
    const std::string evil = "\x1b]0;x\x07\x1b[2J\r\x9b"
                             "5A";
    fed.tell(RunStarted{evil, evil, "/t", "0", 1});
    fed.tell(JobsAdded{{{evil, {}, {evil}}}, ""});
    const TryRef ref{evil, 1, 0, 1};
    fed.tell(JobStarted{evil, 1, evil, ""});
    fed.tell(StepStarted{ref, evil});
    fed.onLog(ref, evil + "\n");
    fed.tell(Annotation{ref, evil, evil, 1, 0, 0, evil, evil});
    fed.tell(SummaryWritten{ref, evil});
    fed.tell(TestsReported{evil, evil, "tap", 0, 1, 0, Millis(0), {{evil, evil, evil, 1, Millis(0), evil}}});
    fed.tell(StepFinished{ref, evil, Outcome::failedWith(evil), Millis(1)});
    fed.tell(JobFinished{evil, 1, Outcome::infrastructure(evil, evil), false});
    fed.tell(RunFinished{Outcome::infrastructure(evil, evil), 3});
    const std::string screen = fed.screen();
    EXPECT_TRUE(isValidUtf8(screen));
    for (const std::string_view line : split(screen, '\n')) {
        EXPECT_FALSE(hasControlCharacter(line)) << line;
    }
}

TEST(FinalScreen, AJobThatFailedOutsideItsStepsSaysWhyAndWhatToDo) {
    Fed fed;
    playReports(fed);
    const std::string screen = fed.screen();
    EXPECT_NE(screen.find("[deploy] infrastructure: the disk is full"), std::string::npos) << screen;
    EXPECT_NE(screen.find("  hint: make room"), std::string::npos) << screen;
}

// A step whose name another step of the job has is named by its number, as `cirque logs` wants it.
TEST(FinalScreen, TheCommandToSeeAllNamesTheStepUniquely) {
    Fed fed;
    playReports(fed);
    EXPECT_NE(fed.screen().find("🚀/2'\n"), std::string::npos) << fed.screen();
}

TEST(FinalScreen, OnlyTheLastAttemptsTestsCount) {
    Fed fed;
    fed.tell(RunStarted{"ci", "", "", "", 1});
    fed.tell(JobsAdded{{{"a", {}, {}}}, ""});
    for (int attempt = 1; attempt <= 2; ++attempt) {
        fed.tell(JobStarted{"a", attempt, "local", ""});
        fed.tell(TestsReported{"a", "x", "tap", 5, attempt == 1 ? 1 : 0, 0, Millis(0), {}});
        if (attempt == 1) {
            fed.tell(JobRetrying{"a", 1, 2, Millis(1), Outcome::failedExit(1)});
        }
    }
    fed.tell(JobFinished{"a", 2, Outcome::succeeded(), false});
    fed.tell(RunFinished{Outcome::succeeded(), 0});
    EXPECT_NE(fed.screen().find("tests: 5 passed, 0 failed, 0 skipped"), std::string::npos) << fed.screen();
    EXPECT_EQ(fed.screen().find("rerun"), std::string::npos) << "nothing is left to run again";
}

TEST(CriticalPath, IsTheLongestChainByTimeNotByNumberOfJobs) {
    Fed fed;
    fed.tell(JobsAdded{{{"a", {}, {}}, {"b", {"a"}, {}}, {"c", {"b"}, {}}, {"slow", {"a"}, {}}}, ""});
    const auto ran = [&](const char* job, std::int64_t from, std::int64_t to) {
        fed.tell(JobStarted{job, 1, "local", ""}, from);
        fed.tell(JobFinished{job, 1, Outcome::succeeded(), false}, to);
    };
    ran("a", 0, 100);
    ran("b", 100, 200);
    ran("c", 200, 300);
    ran("slow", 100, 1000);
    const CriticalPath path = criticalPath(fed.model);
    EXPECT_EQ(path.jobs, (std::vector<std::size_t>{0, 3}));
    EXPECT_EQ(path.duration, Millis(1000));
}

// Wrong: the chain stops at a matrix, or leaves out the member that everything waited for.
TEST(CriticalPath, GoesThroughTheSlowestMemberOfAMatrix) {
    Fed fed;
    fed.tell(JobsAdded{{{"list", {}, {}}, {"each", {"list"}, {}}, {"after", {"each"}, {}}}, ""});
    const auto ran = [&](const char* job, std::int64_t from, std::int64_t to) {
        fed.tell(JobStarted{job, 1, "local", ""}, from);
        fed.tell(JobFinished{job, 1, Outcome::succeeded(), false}, to);
    };
    ran("list", 0, 100);
    fed.tell(JobsAdded{{{"each-a", {"list"}, {}}, {"each-b", {"list"}, {}}}, "each"}, 100);
    ran("each-a", 100, 600);
    ran("each-b", 100, 1100);
    fed.tell(JobFinished{"each", 0, Outcome::succeeded(), false}, 1100);
    ran("after", 1100, 1300);
    const CriticalPath path = criticalPath(fed.model);
    EXPECT_EQ(path.jobs, (std::vector<std::size_t>{0, 4, 2})) << "list, each-b, after";
    EXPECT_EQ(path.duration, Millis(1300));
}

TEST(CriticalPath, ThereIsNoneWithoutNeedsOrWithACycle) {
    Fed alone;
    alone.tell(JobsAdded{{{"a", {}, {}}, {"b", {}, {}}}, ""});
    EXPECT_TRUE(criticalPath(alone.model).jobs.empty());
    Fed cycle;
    cycle.tell(JobsAdded{{{"a", {"b"}, {}}, {"b", {"a"}, {}}}, ""});
    EXPECT_TRUE(criticalPath(cycle.model).jobs.empty());
}

} // namespace cirque::report
