// SPDX-License-Identifier: Apache-2.0
#include "history/reuse.hh"

#include "tests/support/plans.hh"

#include <gtest/gtest.h>

namespace cirque::history {
namespace {

using testing::job;
using testing::planOf;

JobRecord ended(Outcome outcome, bool tolerated = false) {
    JobRecord record;
    record.outcome = std::move(outcome);
    record.tolerated = tolerated;
    return record;
}

std::string text(const Reuse& reuse) {
    std::string out;
    for (const auto& [name, outcome] : reuse.settled) {
        out += name + ": " + describe(outcome) + "\n";
    }
    for (const auto& [name, why] : reuse.again) {
        out += name + " again: " + why + "\n";
    }
    return out;
}

Reuse choose(const RunRecord& record, const plan::Plan& plan) {
    const auto redacted = [](std::string_view value) { return value == "***"; };
    return chooseReuse(record, plan, {redacted, {}});
}

// Each way a job can end, and whether a rerun of what failed keeps it.
TEST(Reuse, KeepsWhatEndedWellAndNothingElse) {
    struct Row {
        Outcome outcome;
        bool tolerated;
        std::string kept; // "" when it runs again
    };

    const std::vector<Row> rows{
        {Outcome::succeeded(), false, "cached"},
        {Outcome::cached(), false, "cached"},
        {Outcome::failedExit(3), true, "exit 3"},
        {Outcome::failedExit(3), false, ""},
        {Outcome::failedTimeout("late"), false, ""},
        {Outcome::infrastructure("disk"), false, ""},
        {Outcome::cancelled(), false, ""},
        {Outcome::interrupted(), false, ""},
        {Outcome::skipped(SkipReason::OwnCondition), false,
         describe(Outcome::skipped(SkipReason::OwnCondition))},
        {Outcome::skipped(SkipReason::NeedFailed), false, ""},
        {Outcome::skipped(SkipReason::NeedSkipped), false, ""},
        {Outcome::skipped(SkipReason::Cancelled), false, ""},
    };
    for (const Row& row : rows) {
        RunRecord record;
        record.jobs["a"] = ended(row.outcome, row.tolerated);
        const Reuse reuse = choose(record, planOf({job("a")}));
        EXPECT_EQ(text(reuse), row.kept.empty() ? "" : "a: " + row.kept + "\n") << describe(row.outcome);
    }
}

// Wrong: a job gets the path of what the garbage collector has taken; or all is built anew for nobody.
TEST(Reuse, WhatIsNoLongerInTheStoreIsMadeAgainForWhoeverNeedsIt) {
    RunRecord record;
    record.jobs["made"] = ended(Outcome::succeeded());
    record.jobs["alone"] = ended(Outcome::succeeded());
    record.jobs["user"] = ended(Outcome::failedExit(1));
    const plan::Plan plan = planOf({job("made"), job("alone"), job("user", {"made"})});
    const Reuse reuse = chooseReuse(record, plan, {{}, {}, {"made", "alone"}});
    EXPECT_EQ(text(reuse), "alone: cached\nmade again: what it built is no longer in the Nix store\n");
}

TEST(Reuse, WhatNeverStartedOrEndedRuns) {
    RunRecord record;
    record.jobs["begun"] = {};
    EXPECT_EQ(text(choose(record, planOf({job("begun"), job("unknown")}))), "");
}

// Were it kept, a failure() job that a cancel skipped would not run when its need fails now.
TEST(Reuse, AnOwnConditionIsAskedAgainWhenAnythingItNeedsRunsAgain) {
    const plan::Plan plan = planOf({job("a"), job("b", {"a"}), job("c", {"b"}), job("d")});
    RunRecord record;
    record.jobs["a"] = ended(Outcome::cancelled());
    record.jobs["b"] = ended(Outcome::succeeded());
    record.jobs["c"] = ended(Outcome::skipped(SkipReason::OwnCondition));
    record.jobs["d"] = ended(Outcome::skipped(SkipReason::OwnCondition));
    EXPECT_EQ(text(choose(record, plan)),
              "b: cached\nd: " + describe(Outcome::skipped(SkipReason::OwnCondition)) + "\n");
}

TEST(Reuse, ARedactedResultIsMadeAgainOnlyForThoseWhoMayReadIt) {
    plan::Plan plan = planOf({job("login"), job("between", {"login"}), job("use", {"between"})});
    plan.jobs[0].results = {"token"};
    RunRecord record;
    record.jobs["login"] = ended(Outcome::succeeded());
    record.jobs["login"].results = {{"token", "***"}};
    record.jobs["between"] = ended(Outcome::succeeded());
    record.jobs["use"] = ended(Outcome::succeeded());
    EXPECT_EQ(choose(record, plan).again.size(), 0U) << "nothing runs that could read it";
    record.jobs["use"] = ended(Outcome::failedExit(1));
    const Reuse reuse = choose(record, plan);
    EXPECT_TRUE(reuse.again.contains("login"));
    EXPECT_FALSE(reuse.settled.contains("login"));
    EXPECT_TRUE(reuse.settled.contains("between"));
}

TEST(Reuse, WhatGaveLessThanThePlanPromisesRunsAgain) {
    plan::Plan plan = planOf({job("a"), job("b"), job("c")});
    plan.jobs[0].results = {"v"};
    plan.jobs[1].outputs = {{"dist", "out", false}};
    RunRecord record;
    for (const char* name : {"a", "b", "c"}) {
        record.jobs[name] = ended(Outcome::succeeded());
    }
    const Reuse less = choose(record, plan);
    EXPECT_TRUE(less.again.contains("a") && less.again.contains("b")) << text(less);
    record.jobs["a"].results = {{"v", "1"}};
    record.jobs["b"].artifacts = {{"b", "dist", "out", 1, 1, "0"}};
    EXPECT_EQ(choose(record, plan).settled.size(), 3U);
    const Reuse damaged = chooseReuse(record, plan, {{}, {"b"}});
    EXPECT_TRUE(damaged.again.contains("b")) << text(damaged);
}

TEST(Reuse, MembersOfAMatrixAreKeptOneByOne) {
    plan::Plan plan = planOf({job("m"), job("after", {"m"})});
    plan.jobs[0].matrix.axes = {{"n", {"a", "b"}, {}}};
    RunRecord record;
    record.jobs["m"] = ended(Outcome::failedWith("1 of 2 members failed"));
    record.jobs["m-n-a"] = ended(Outcome::succeeded());
    record.jobs["m-n-a"].matrix = "m";
    record.jobs["m-n-b"] = ended(Outcome::failedExit(1));
    record.jobs["m-n-b"].matrix = "m";
    record.jobs["after"] = ended(Outcome::skipped(SkipReason::OwnCondition));
    EXPECT_EQ(text(choose(record, plan)), "m-n-a: cached\n")
        << "a member runs, so what needs the matrix is asked again";
    record.jobs["m-n-b"] = ended(Outcome::succeeded());
    record.jobs["m-n-b"].matrix = "m";
    record.jobs["m"] = ended(Outcome::succeeded());
    EXPECT_EQ(choose(record, plan).settled.size(), 3U);
}

TEST(Reuse, WhatWasNotSelectedStaysOut) {
    const plan::Plan plan = planOf({job("a"), job("b"), job("c")});
    RunRecord record;
    record.jobs["a"] = ended(Outcome::succeeded());
    record.jobs["b"] = ended(Outcome::skipped(SkipReason::NotSelected));
    record.jobs["c"] = {};
    EXPECT_EQ(selectedJobs(record, plan), (std::vector<std::string>{"a", "c"}));
    EXPECT_EQ(text(choose(record, plan)), "a: cached\n");
}

TEST(Record, TheLastAttemptCounts) {
    Recorder recorder(RunId{});
    const auto tell = [&](event::Body body) { recorder.add({1, {}, {}, {}, std::move(body)}); };
    tell(event::RunStarted{"w", "ci.nix", "/tree", "1", 7, "", "hash"});
    tell(event::JobsAdded{{{"a", {}, {}}}, ""});
    tell(event::JobsAdded{{{"a-n-1", {}, {}}}, "a"});
    tell(event::PlanCompleted{});
    tell(event::JobStarted{"a-n-1", 1, "local", ""});
    tell(event::ArtifactSaved{"a-n-1", "log", "l", 1, 1, "old"});
    tell(event::JobStarted{"a-n-1", 2, "local", ""});
    tell(event::ArtifactSaved{"a-n-1", "log", "l", 1, 1, "new"});
    tell(event::ResultExported{"a-n-1", "v", "2"});
    tell(event::JobFinished{"a-n-1", 2, Outcome::succeeded(), false, "before"});
    const RunRecord record = std::move(recorder).take();
    EXPECT_EQ(record.treeHash, "hash");
    EXPECT_TRUE(record.planComplete);
    EXPECT_FALSE(record.jobs.at("a").outcome);
    const JobRecord& job = record.jobs.at("a-n-1");
    EXPECT_EQ(job.matrix, "a");
    ASSERT_EQ(job.artifacts.size(), 1U);
    EXPECT_EQ(job.artifacts[0].sha256, "new");
    ASSERT_EQ(job.results.size(), 1U);
    EXPECT_EQ(job.results[0].second, "2");
    EXPECT_EQ(job.reusedFrom, "before");
}

} // namespace
} // namespace cirque::history
