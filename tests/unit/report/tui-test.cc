// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/report/tui-run.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace cirque::report {
namespace {

using namespace event;
using test::TuiRun;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST(Tui, LooksAsTheGoldenScreensSay) {
    for (const std::size_t columns : {60, 80, 120, 200}) {
        TuiRun run({columns, 30});
        test::playMiddle(run);
        run.frame();
        EXPECT_EQ(run.vt.errors(), "");
        EXPECT_FALSE(run.vt.sawAttributes());
        test::expectGolden(fmt::format("{}/report/tui-{}.txt", CIRQUE_TEST_DATA, columns), run.vt.text());
        TuiRun coloured({columns, 30}, true);
        test::playMiddle(coloured);
        coloured.frame();
        EXPECT_EQ(coloured.vt.text(), run.vt.text()) << "colours change nothing but colours";
        test::expectGolden(fmt::format("{}/report/tui-{}-colour.txt", CIRQUE_TEST_DATA, columns),
                           coloured.bytes);
    }
}

TEST(Tui, NothingIsDrawnWhenNothingChanged) {
    TuiRun run;
    test::playMiddle(run);
    run.frame();
    const std::string before = run.bytes;
    run.frame();
    run.after(10);
    run.frame();
    EXPECT_EQ(run.bytes, before);
    run.after(150); // the spinner turns
    run.frame();
    EXPECT_NE(run.bytes, before);
    EXPECT_LT(run.bytes.size() - before.size(), 1500U) << "only the lines with a spinner are drawn again";
}

// Wrong: a job whose tools go to another machine for minutes looks as if nothing happened.
TEST(Tui, WhatIsCopiedToAPlaceIsShownUntilAStepRuns) {
    TuiRun run({120, 24});
    run.tell(event::RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1});
    run.tell(event::JobsAdded{{{"far", {}, {"s"}}}, ""});
    run.tell(event::JobStarted{"far", 1, "ssh", ""});
    run.tell(event::ProvisionStarted{"far", 1});
    run.tell(event::ProvisionFinished{"far", 1, Millis(5)});
    run.tell(
        event::BuildProgress{{"far", 1, -1, 1}, 0, 0, 3, 8, 12'900'000, 40'000'000, "copying hello-2.12"});
    run.frame();
    EXPECT_TRUE(has(run.vt.text(), "to its place: copied 3/8, ")) << run.vt.text();
    EXPECT_TRUE(has(run.vt.text(), ", copying hello-2.12")) << run.vt.text();
    run.tell(event::StepStarted{{"far", 1, 0, 1}, "s"});
    run.frame();
    EXPECT_FALSE(has(run.vt.text(), "copied")) << run.vt.text();
}

TEST(Tui, WhenJobsDoNotFitThoseThatRunOrFailedStayAndTheRestIsCounted) {
    TuiRun run({80, 10});
    run.tell(RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1});
    JobsAdded added;
    for (int i = 0; i < 50; ++i) {
        added.jobs.push_back({fmt::format("job{:02}", i), {}, {"s"}});
    }
    run.tell(added);
    for (const int i : {7, 31, 44}) {
        run.tell(JobStarted{fmt::format("job{:02}", i), 1, "local", ""});
    }
    run.tell(JobFinished{"job44", 1, Outcome::failedExit(1), false});
    run.frame();
    const std::string text = run.vt.text();
    EXPECT_TRUE(has(text, "job07") && has(text, "job31") && has(text, "job44")) << text;
    EXPECT_TRUE(has(text, "more jobs")) << text;
    EXPECT_TRUE(has(text, "2 running · 47 waiting · 1 failed")) << text;
}

TEST(Tui, TheFinalScreenReplacesTheBlockAndTheCursorIsBack) {
    TuiRun run;
    test::playMiddle(run);
    run.frame();
    EXPECT_FALSE(run.vt.cursorShown());
    run.tell(RunFinished{Outcome::failedWith("a job failed"), 1});
    EXPECT_TRUE(run.vt.cursorShown());
    EXPECT_EQ(run.vt.errors(), "");
    const std::string text = run.vt.text();
    EXPECT_FALSE(has(text, "? keys")) << text;
    EXPECT_TRUE(has(text, "✗ ci failed; 1 of 7 jobs failed: bad")) << text;
    EXPECT_TRUE(has(text, "all of them: cirque logs 0197a8c2-1f3e bad/first")) << text;
    run.after(500);
    const std::string before = run.bytes;
    run.frame();
    EXPECT_EQ(run.bytes, before) << "nothing is drawn after the end";
}

TEST(Tui, WhatHasEndedStandsAboveOnceAndInOrder) {
    TuiRun run({80, 12});
    test::playMiddle(run);
    run.frame();
    for (int i = 0; i < 20; ++i) {
        run.tell(Notice{"info", "", fmt::format("notice {:02}", i), ""});
        run.after(40);
        run.frame();
    }
    const std::string text = run.vt.text();
    std::size_t at = 0;
    for (int i = 0; i < 20; ++i) {
        const std::string line = fmt::format("info: notice {:02}\n", i);
        at = text.find(line, at);
        ASSERT_NE(at, std::string::npos) << line << text;
        EXPECT_EQ(text.find(line, at + 1), std::string::npos) << line << text;
    }
    EXPECT_FALSE(has(fmt::format("{}", fmt::join(run.vt.scrollback(), "\n")), "? keys"))
        << "a piece of the block scrolled away";
}

TEST(TuiKeys, EnterShowsTheLogOfTheSelectionAndPagesThroughIt) {
    TuiRun run({80, 40});
    test::playMiddle(run);
    for (int i = 1; i <= 100; ++i) {
        run.log({"build", 1, 1, 1}, fmt::format("line {}\n", i));
    }
    run.frame();
    run.type("jjj"); // lint, build, its first step
    run.type("j\r"); // compile
    EXPECT_TRUE(has(run.vt.text(), "│ line 100\n")) << run.vt.text();
    EXPECT_FALSE(has(run.vt.text(), "│ line 70\n")) << run.vt.text();
    run.type("\x1b[5~");
    EXPECT_TRUE(has(run.vt.text(), "│ line 70\n")) << run.vt.text();
    EXPECT_FALSE(has(run.vt.text(), "│ line 100\n")) << run.vt.text();
    run.type("g");
    EXPECT_TRUE(has(run.vt.text(), "│ cc main.c\n")) << run.vt.text();
    EXPECT_TRUE(has(run.vt.text(), "│ line 2\n")) << run.vt.text();
    run.type("\x1b[6~");
    EXPECT_FALSE(has(run.vt.text(), "│ cc main.c\n")) << "a page down from the start moves at once";
    run.type("G");
    EXPECT_TRUE(has(run.vt.text(), "│ line 100\n")) << run.vt.text();
    run.type(" ");
    EXPECT_FALSE(has(run.vt.text(), "│")) << run.vt.text();
    EXPECT_EQ(run.vt.errors(), "");
}

TEST(TuiKeys, FJumpsFromFailureToFailure) {
    TuiRun run({80, 40});
    test::playMiddle(run);
    run.frame();
    run.type("f");
    EXPECT_TRUE(has(run.vt.text(), ">  ✗ first")) << run.vt.text();
    EXPECT_TRUE(has(run.vt.text(), "│ three")) << run.vt.text();
    run.tell(JobFinished{"tools", 1, Outcome::infrastructure("no disk"), false});
    run.type("f");
    EXPECT_TRUE(has(run.vt.text(), ">! tools")) << "after the last comes the first\n" << run.vt.text();
}

TEST(TuiKeys, CancelNeedsASecondCAndOnlyForTheSameJob) {
    TuiRun run({80, 40});
    test::playMiddle(run);
    EXPECT_TRUE(run.type("c").empty());
    EXPECT_TRUE(has(run.vt.text(), "select the job to cancel first")) << run.vt.text();
    run.type("jj");
    EXPECT_TRUE(run.type("c").empty());
    EXPECT_TRUE(has(run.vt.text(), "press c again to cancel build")) << run.vt.text();
    EXPECT_TRUE(run.type("j").empty());
    EXPECT_TRUE(run.type("k").empty());
    EXPECT_TRUE(run.type("c").empty()) << "another key in between takes the question back";
    const auto actions = run.type("c");
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(std::get<tui::CancelJob>(actions[0]).job, "build");
}

TEST(TuiKeys, AnEndedJobIsNotCancelled) {
    TuiRun run({80, 40});
    test::playMiddle(run);
    run.type("f");
    run.type("cc");
    EXPECT_TRUE(run.type("c").empty());
    EXPECT_TRUE(has(run.vt.text(), "bad has ended")) << run.vt.text();
}

TEST(TuiKeys, TheFilterShowsOnlyWhatItNamesAndLettersAreNotCommandsInIt) {
    TuiRun run({80, 40});
    test::playMiddle(run);
    run.frame();
    EXPECT_TRUE(run.type("/q").empty()) << "a letter of the filter is no command";
    run.type("\x7f"
             "LINT\r");
    const std::string text = run.vt.text();
    EXPECT_TRUE(has(text, "✓ lint  1.5s")) << "also what has ended\n" << text;
    EXPECT_FALSE(has(text, "compile")) << text;
    run.type("\x1b");
    run.view.settle();
    run.frame();
    EXPECT_TRUE(has(run.vt.text(), "compile")) << run.vt.text();
}

TEST(TuiKeys, QAsksToLeaveAndLeavingTakesTheBlockAway) {
    TuiRun run;
    test::playMiddle(run);
    run.frame();
    const auto actions = run.type("q");
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<tui::Quit>(actions[0]));
    const RunModel model = run.view.leave();
    EXPECT_EQ(model.jobs().size(), 7U);
    EXPECT_TRUE(run.vt.cursorShown());
    EXPECT_FALSE(has(run.vt.text(), "? keys")) << run.vt.text();
}

// After a terminal was made narrower it has wrapped the block's lines; none of them may stay behind.
TEST(Tui, AResizeLeavesNoDebris) {
    for (const std::size_t to : {60, 70, 79, 81, 120, 200}) {
        TuiRun run({80, 30});
        test::playMiddle(run);
        run.frame();
        run.resize({to, 30});
        TuiRun fresh({to, 30});
        test::playMiddle(fresh);
        fresh.frame();
        EXPECT_EQ(run.vt.text(), fresh.vt.text()) << to;
        run.after(200);
        run.frame();
        EXPECT_EQ(run.vt.errors(), "") << to;
    }
}

// As much as two thousand lines between two frames are shown; of more, the number.
TEST(Tui, AFloodOfEndedJobsIsBounded) {
    TuiRun run;
    run.tell(RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1});
    for (int i = 0; i < 5000; ++i) {
        run.tell(Notice{"info", "", "x", ""});
    }
    run.frame();
    EXPECT_TRUE(has(run.vt.text(), "… and 3001 more")) << run.vt.text().substr(0, 500);
    EXPECT_LT(run.bytes.size(), 100'000U);
}

} // namespace cirque::report
