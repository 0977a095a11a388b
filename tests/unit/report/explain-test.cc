// SPDX-License-Identifier: Apache-2.0
#include "report/explain/explain.hh"

#include "plan/parse.hh"
#include "tests/unit/report/timeline-sample.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cirque::report {
namespace {

using history::JobSpan;
using history::Timeline;

class ExplainTest : public testing::Test {
  protected:
    Timeline line;
    plan::Plan plan;

    void SetUp() override {
        line.id = test::someRun();
        line.state = history::RunState::Finished;
        line.length = std::chrono::seconds(60);
    }

    JobSpan& add(const std::string& name, std::vector<std::string> needs, Outcome outcome, bool ran = false,
                 plan::Condition condition = {}) {
        JobSpan& job = line.jobs.emplace_back();
        job.name = name;
        job.needs = std::move(needs);
        job.steps = {"s"};
        job.finished = std::chrono::seconds(line.jobs.size());
        job.outcome = std::move(outcome);
        if (ran) {
            history::AttemptSpan& attempt = job.attempts.emplace_back();
            attempt.executor = "local";
            attempt.queued = attempt.start = std::chrono::seconds(line.jobs.size() - 1);
            attempt.end = job.finished;
            attempt.outcome = job.outcome;
            attempt.steps.push_back(
                {0, "s", {{1, attempt.start, attempt.end, job.outcome}}, job.outcome, attempt.end});
        }
        plan::Job& planned = plan.jobs.emplace_back();
        planned.name = name;
        planned.condition = std::move(condition);
        return job;
    }

    std::string words(const std::string& job, bool withPlan = true) {
        const auto why = explain(line, withPlan ? &plan : nullptr, job);
        EXPECT_TRUE(why) << why.error().text();
        std::string out;
        for (const std::string& sentence : why->sentences) {
            out += sentence + "\n";
        }
        return out;
    }

    void expect(const std::string& job, std::string_view text, bool withPlan = true) {
        const std::string all = words(job, withPlan);
        EXPECT_NE(all.find(text), std::string::npos) << all;
    }
};

} // namespace

TEST_F(ExplainTest, NamesTheJobThatFailedAndTheWayToIt) {
    add("a", {}, Outcome::failedExit(7), true);
    add("tolerated", {}, Outcome::failedExit(1), true).tolerated = true;
    add("b", {"tolerated", "a"}, Outcome::skipped(SkipReason::NeedFailed));
    add("c", {"b"}, Outcome::skipped(SkipReason::NeedFailed));
    add("d", {"tolerated", "c"}, Outcome::skipped(SkipReason::NeedFailed));
    expect("b", "It was skipped: 'a' ended with failed: exit 7.");
    expect("d", "'a', which it needs through 'c' and 'b', ended with failed: exit 7.");
    EXPECT_EQ(explain(line, &plan, "d")->path, (std::vector<std::string>{"d", "c", "b", "a"}));
    expect("tolerated", "continueOnError");
}

TEST_F(ExplainTest, FollowsASkipToTheConditionThatBeganIt) {
    add("a", {}, Outcome::skipped(SkipReason::OwnCondition), false, {plan::When::Failure, ""});
    add("b", {"a"}, Outcome::skipped(SkipReason::NeedSkipped));
    add("c", {"b"}, Outcome::skipped(SkipReason::NeedSkipped));
    expect("a", "its condition is failure(), and nothing it needs had failed");
    expect("c", "'a', which it needs through 'b', was skipped, because its condition is failure()");
    EXPECT_EQ(explain(line, &plan, "a")->allowed, false);
    expect("c", "because its own condition was false", false);
}

TEST_F(ExplainTest, SaysWhatABashConditionCameTo) {
    JobSpan& no = add("no", {}, Outcome::skipped(SkipReason::OwnCondition), true,
                      {plan::When::Success, "test -f x\ntrue"});
    no.attempts[0].steps.clear();
    add("yes", {}, Outcome::succeeded(), true, {plan::When::Always, "true"});
    expect("no", "It was skipped: its condition, bash `test -f x ...`, said no.");
    expect("yes", "Its condition, always() and bash `true`, said yes.");
    EXPECT_EQ(explain(line, &plan, "yes")->allowed, true);
}

TEST_F(ExplainTest, SaysWhatCancelledAJobThatNeverBegan) {
    add("a", {}, Outcome::skipped(SkipReason::Cancelled));
    line.marks.push_back({history::Mark::Kind::Cancel, {}, "", -1, "", "fail-fast"});
    expect("a", "another job failed and the run was started with --fail-fast");
    line.marks[0].text = "SIGTERM";
    expect("a", "the run was cancelled (SIGTERM)");
    line.marks[0].job = "other";
    expect("a", "it was cancelled before it could start");
    add("n", {}, Outcome::skipped(SkipReason::NotSelected));
    expect("n", "the command line named other jobs");
}

TEST_F(ExplainTest, AddsUpWhatItWaitedFor) {
    add("a", {}, Outcome::succeeded(), true);
    JobSpan& job = add("b", {"a"}, Outcome::succeeded(), true);
    job.attempts[0].queued = std::chrono::seconds(1);
    job.attempts[0].start = std::chrono::seconds(4);
    job.attempts[0].steps[0].tries = {
        {1, std::chrono::seconds(4), std::chrono::seconds(5), Outcome::failedExit(1), Millis(2000), 3},
        {2, std::chrono::seconds(7), std::chrono::seconds(8), Outcome::succeeded()}};
    const auto why = explain(line, &plan, "b").value();
    EXPECT_EQ(why.lastNeed, "a");
    EXPECT_EQ(why.waitedForNeeds, Millis(1000));
    EXPECT_EQ(why.waitedForSlot, Millis(3000));
    EXPECT_EQ(why.paused, Millis(2000));
    expect("b", "after 3.0s of waiting for a free slot");
    expect("b", "in 2 tries with 2.0s of pauses between them");
}

TEST_F(ExplainTest, TellsCachedReusedAndMadeJobs) {
    add("cached", {}, Outcome::cached(), true);
    add("reused", {}, Outcome::succeeded()).reusedFrom = "0197a8c2-1f3e-7abc-8def-0123456789ab";
    add("matrix", {}, Outcome::succeeded());
    add("matrix-os-linux", {}, Outcome::succeeded(), true).by = "matrix";
    expect("cached", "nothing was built");
    expect("reused", "run 0197a8c2-1f3e-7abc-8def-0123456789ab had done it");
    expect("matrix", "It has a matrix, which made 'matrix-os-linux'.");
    expect("matrix-os-linux", "The matrix of 'matrix' made it.");
}

TEST_F(ExplainTest, TellsWhereAJobThatHasNotEndedIs) {
    line.state = history::RunState::Running;
    add("a", {}, Outcome::succeeded(), true).outcome.reset();
    add("b", {"a"}, Outcome::succeeded()).outcome.reset();
    JobSpan& queued = add("c", {}, Outcome::succeeded());
    queued.outcome.reset();
    queued.finished.reset();
    queued.queued = std::chrono::seconds(20);
    expect("a", "It has not ended.");
    expect("b", "It waits for 'a'.");
    expect("c", "It has been waiting 40.0s for a free slot.");
    EXPECT_EQ(explain(line, &plan, "c")->stage, Stage::Queued);
    line.state = history::RunState::Interrupted;
    expect("b", "The run ended before it could begin.");
}

TEST_F(ExplainTest, EveryJobOfTheRecordedRunIsExplained) {
    line = test::recordedTimeline();
    std::string all;
    for (const JobSpan& job : line.jobs) {
        all += job.name + "\n" + words(job.name, false) + toLine(toJson(*explain(line, nullptr, job.name))) +
               "\n";
    }
    test::expectGolden(CIRQUE_TEST_DATA "/report/explain.txt", all);
    const auto missing = explain(line, nullptr, "lnt");
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().hint.find("'lint'"), std::string::npos);
}

} // namespace cirque::report
