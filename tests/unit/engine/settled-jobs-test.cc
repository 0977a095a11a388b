// SPDX-License-Identifier: Apache-2.0
// Jobs that need not run because they have an outcome already, jobs that one by one become known, and jobs
// that are cancelled by name.
#include "tests/support/fake-ports.hh"
#include "tests/unit/engine/rig.hh"

#include <gtest/gtest.h>

#include <csignal>

namespace cirque::testing {
namespace {

using engine::NewJob;
using engine::Settled;
using plan::When;

engine::RunSettings settledAs(std::unordered_map<std::string, Settled> settled) {
    engine::RunSettings settings;
    settings.settled = std::move(settled);
    return settings;
}

TEST(SettledJobs, DoNotRunAndTellTheirDependants) {
    Rig rig({job("a"), job("b", {"a"})}, settledAs({{"a", {Outcome::cached(), {{"v", "1"}}, "run-1"}}}));
    EXPECT_TRUE(rig.ended("a"));
    EXPECT_TRUE(rig.running("b")) << "a reused success lets its dependants run";
    const auto finished = rig.events<event::JobFinished>().front();
    EXPECT_EQ(finished.reusedFrom, "run-1");
    EXPECT_EQ(finished.attempt, 0);
    EXPECT_EQ(rig.machine.at(0).results.size(), 1U) << "its results are there for NEEDS_*";
    rig.finish("b");
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

// Were it settled at once, a failure of what it needs would no longer count through it.
TEST(SettledJobs, WaitForTheirNeeds) {
    Rig rig({job("a"), job("b", {"a"}, When::Always), job("c", {"b"})},
            settledAs({{"b", {Outcome::cached(), {}}}}));
    EXPECT_FALSE(rig.ended("b"));
    rig.finish("a", exitWith(1));
    EXPECT_TRUE(rig.ended("b"));
    EXPECT_EQ(rig.outcome("c").skip, SkipReason::NeedFailed);
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

TEST(SettledJobs, AFailureIsNoSuccess) {
    Rig rig({job("a")}, settledAs({{"a", {Outcome::failedWith("it cannot be evaluated"), {}}}}));
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

// What is taken over is not told of a job that ended otherwise before its turn came.
TEST(SettledJobs, OnlyWhatIsReusedNamesTheRunItComesFrom) {
    engine::RunSettings settings = settledAs({{"b", {Outcome::cached(), {}, "run-1"}}});
    settings.selected = {"a"};
    Rig rig({job("a"), job("b")}, settings);
    rig.finish("a");
    for (const event::JobFinished& finished : rig.events<event::JobFinished>()) {
        EXPECT_EQ(finished.reusedFrom, "") << finished.job;
    }
    EXPECT_EQ(rig.outcome("b").skip, SkipReason::NotSelected);
}

class Batches final : public engine::JobSource {
  public:
    std::vector<Result<std::vector<NewJob>>> batches; // in this order
    int calls = 0;

    io::Task<Result<std::vector<NewJob>>> next(io::StopToken stop) override {
        ++calls;
        co_await io::yieldNow();
        if (batches.empty() || stop.stopRequested()) {
            co_return std::vector<NewJob>{};
        }
        Result<std::vector<NewJob>> first = std::move(batches.front());
        batches.erase(batches.begin());
        co_return first;
    }
};

std::vector<NewJob> batch(std::vector<plan::Job> jobs) {
    std::vector<NewJob> out;
    for (plan::Job& job : jobs) {
        out.push_back({std::make_shared<const plan::Job>(std::move(job))});
    }
    return out;
}

TEST(JobSource, JobsRunAsTheyBecomeKnown) {
    World world;
    Batches source;
    source.batches.emplace_back(batch({job("a")}));
    source.batches.emplace_back(batch({job("b"), job("c")}));
    world.more = &source;
    EXPECT_EQ(world.run(planOf({})).exitStatus, 0);
    EXPECT_EQ(world.executor.steps, 3);
    EXPECT_EQ(world.journal.all<event::PlanCompleted>().size(), 1U);
}

TEST(JobSource, AFailureOfTheSourceIsNeverGreen) {
    World world;
    Batches source;
    source.batches.emplace_back(batch({job("a")}));
    source.batches.emplace_back(fail(ErrorCode::Evaluation, "attribute 'x' missing"));
    world.more = &source;
    EXPECT_EQ(world.run(planOf({})).exitStatus, 1);
    EXPECT_TRUE(world.journal.job("a")->outcome.ok()) << "what is known still runs";
    EXPECT_EQ(world.journal.job("evaluation")->outcome.kind, OutcomeKind::Failed);
}

TEST(JobSource, AFailureOfTheSourceTakesNoJobsName) {
    World world;
    Batches source;
    source.batches.emplace_back(batch({job("evaluation"), job("evaluation-2")}));
    source.batches.emplace_back(fail(ErrorCode::Evaluation, "attribute 'x' missing"));
    world.more = &source;
    EXPECT_EQ(world.run(planOf({})).exitStatus, 1);
    EXPECT_TRUE(world.journal.job("evaluation")->outcome.ok());
    EXPECT_EQ(world.journal.job("evaluation-3")->outcome.kind, OutcomeKind::Failed);
}

TEST(JobSource, NothingAtAllIsNotGreen) {
    World world;
    Batches source;
    world.more = &source;
    EXPECT_EQ(world.run(planOf({})).exitStatus, 1);
}

TEST(JobSource, ACancelStopsAskingForMore) {
    World world;
    Batches source;
    for (int i = 0; i < 100; ++i) {
        source.batches.emplace_back(batch({job("j" + std::to_string(i))}));
    }
    world.more = &source;
    world.executor.script = [&](const exec::StepSpec&) {
        world.control->cancel(SIGINT);
        return Script{};
    };
    EXPECT_EQ(world.run(planOf({job("first")})).exitStatus, 130);
    EXPECT_LT(source.calls, 50);
}

TEST(CancelJob, EndsThatJobAloneAndItsDependants) {
    Rig rig({job("a"), job("b", {"a"}), job("c")});
    EXPECT_TRUE(rig.cancelJob("a"));
    ASSERT_TRUE(rig.told("a"));
    EXPECT_FALSE(rig.told("a")->immediate);
    EXPECT_FALSE(rig.told("c")) << "the other job goes on";
    rig.finish("a", Outcome::cancelled());
    EXPECT_EQ(rig.outcome("b").skip, SkipReason::Cancelled);
    rig.finish("c");
    EXPECT_EQ(rig.verdict()->exitStatus, 1) << "a cancelled job is no good end";
}

TEST(CancelJob, ASecondTimeEndsItAtOnce) {
    Rig rig({job("a")});
    rig.cancelJob("a");
    rig.cancelJob("a");
    EXPECT_TRUE(rig.told("a")->immediate);
}

TEST(CancelJob, ItsCleanupHasABudget) {
    Rig rig({job("a")});
    rig.cancelJob("a");
    rig.fire(engine::TimerId::Kind::JobCleanup, "a");
    EXPECT_TRUE(rig.told("a")->immediate);
    EXPECT_EQ(rig.told("a")->why, engine::StopWhy::Cancelled);
}

TEST(CancelJob, OneThatFailsWhileItEndsIsNotRetried) {
    plan::Job made = job("a");
    made.jobRetry = attempts(3);
    Rig rig({made});
    rig.cancelJob("a");
    rig.finish("a", exitWith(1));
    EXPECT_TRUE(rig.ended("a"));
}

TEST(CancelJob, OneThatHasNotBegunNeverDoes) {
    Rig rig({job("a"), job("b", {"a"}), job("c")}, {}, 1);
    EXPECT_TRUE(rig.cancelJob("c")) << "it waits for a slot";
    EXPECT_TRUE(rig.cancelJob("b")) << "it waits for its need";
    rig.finish("a");
    EXPECT_EQ(rig.outcome("b"), Outcome::cancelled());
    EXPECT_EQ(rig.outcome("c"), Outcome::cancelled());
    EXPECT_FALSE(rig.cancelJob("c")) << "it has ended";
    EXPECT_FALSE(rig.cancelJob("nobody"));
}

} // namespace
} // namespace cirque::testing
