// SPDX-License-Identifier: Apache-2.0
// The graph may grow while a run runs: late jobs, and matrices whose values are results.
#include "tests/unit/engine/rig.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

using plan::When;

plan::Job matrixOver(std::string name, std::string source, std::string result) {
    plan::Job made = job(std::move(name), {source});
    plan::MatrixAxis axis;
    axis.name = "os";
    axis.from = plan::Value{plan::Value::Kind::Result, std::move(result), std::move(source)};
    made.matrix.axes = {axis};
    return made;
}

Rig listed(std::vector<plan::Job> more = {}) {
    std::vector<plan::Job> jobs{job("list"), matrixOver("build", "list", "all")};
    for (plan::Job& one : more) {
        jobs.push_back(std::move(one));
    }
    return Rig(std::move(jobs));
}

TEST(Matrix, BecomesOneJobPerValueWhenItsNeedHasEnded) {
    Rig rig = listed();
    rig.finish("list", {}, {{"all", R"(["linux","mac"])"}});
    EXPECT_TRUE(rig.running("build-os-linux") && rig.running("build-os-mac"));
    const auto added = rig.events<event::JobsAdded>();
    ASSERT_EQ(added.size(), 2U);
    EXPECT_EQ(added.back().by, "build");
    EXPECT_EQ(rig.machine.at(rig.machine.find("build-os-mac")).job->matrix.values.front().second, "mac");
}

TEST(Matrix, DependantsWaitForAllMembers) {
    Rig rig = listed({job("publish", {"build"})});
    rig.finish("list", {}, {{"all", "[1,2]"}});
    rig.finish("build-os-1");
    EXPECT_FALSE(rig.ended("build") || rig.running("publish"));
    rig.finish("build-os-2");
    EXPECT_TRUE(rig.outcome("build").ok());
    EXPECT_TRUE(rig.running("publish"));
}

TEST(Matrix, AFailedMemberFailsTheMatrix) {
    Rig rig = listed({job("publish", {"build"}), job("tell", {"build"}, When::Failure)});
    rig.finish("list", {}, {{"all", "[1,2]"}});
    rig.finish("build-os-1", exitWith(4));
    rig.finish("build-os-2");
    EXPECT_EQ(rig.outcome("build").kind, OutcomeKind::Failed);
    EXPECT_EQ(rig.outcome("publish").skip, SkipReason::NeedFailed);
    EXPECT_TRUE(rig.running("tell"));
}

TEST(Matrix, AnInfrastructureFailureOfAMemberStaysOne) {
    Rig rig = listed();
    rig.finish("list", {}, {{"all", "[1]"}});
    rig.finish("build-os-1", Outcome::infrastructure("host gone"));
    EXPECT_EQ(rig.outcome("build").kind, OutcomeKind::Infrastructure);
    EXPECT_EQ(rig.verdict()->exitStatus, 3);
}

TEST(Matrix, MembersSkippedByTheirConditionSkipTheMatrix) {
    Rig rig = listed({job("publish", {"build"})});
    rig.finish("list", {}, {{"all", "[1]"}});
    rig.finish("build-os-1", Outcome::skipped(SkipReason::OwnCondition));
    EXPECT_EQ(rig.outcome("build").skip, SkipReason::OwnCondition);
    EXPECT_EQ(rig.outcome("publish").skip, SkipReason::NeedSkipped);
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

TEST(Matrix, AResultThatIsNoListFailsTheJob) {
    Rig rig = listed();
    rig.finish("list", {}, {{"all", "linux mac"}});
    EXPECT_EQ(rig.outcome("build").kind, OutcomeKind::Failed);
    EXPECT_NE(rig.outcome("build").message.find("os"), std::string::npos) << rig.outcome("build").message;
    EXPECT_EQ(rig.verdict()->exitStatus, 1);
}

TEST(Matrix, NoValuesIsAFailureNotAnEmptySuccess) {
    Rig rig = listed();
    rig.finish("list", {}, {{"all", "[]"}});
    EXPECT_EQ(rig.outcome("build").kind, OutcomeKind::Failed);
}

TEST(Matrix, AMissingResultFailsTheJob) {
    Rig rig = listed();
    rig.finish("list");
    EXPECT_EQ(rig.outcome("build").kind, OutcomeKind::Failed);
}

TEST(Matrix, AMemberThatTakesTheNameOfAJobFailsTheMatrix) {
    Rig rig = listed({job("build-os-x", {"list"})});
    rig.finish("list", {}, {{"all", R"(["x"])"}});
    EXPECT_EQ(rig.outcome("build").kind, OutcomeKind::Failed);
    EXPECT_TRUE(rig.running("build-os-x"));
}

TEST(Matrix, AFailedNeedSkipsItWithoutMembers) {
    Rig rig = listed();
    rig.finish("list", exitWith(1));
    EXPECT_EQ(rig.outcome("build").skip, SkipReason::NeedFailed);
    EXPECT_EQ(rig.machine.size(), 2U);
}

TEST(Matrix, ACancelStopsItsMembers) {
    Rig rig = listed({job("publish", {"build"})});
    rig.finish("list", {}, {{"all", "[1]"}});
    rig.cancel();
    rig.finish("build-os-1", Outcome::cancelled());
    EXPECT_EQ(rig.outcome("build").kind, OutcomeKind::Cancelled);
    EXPECT_EQ(rig.outcome("publish").skip, SkipReason::Cancelled);
}

TEST(Matrix, AToleratedMemberLeavesTheMatrixGood) {
    plan::Job made = matrixOver("build", "list", "all");
    made.continueOnError = true;
    Rig rig({job("list"), made, job("publish", {"build"})});
    rig.finish("list", {}, {{"all", "[1,2]"}});
    rig.finish("build-os-1", exitWith(1));
    rig.finish("build-os-2");
    EXPECT_TRUE(rig.running("publish"));
}

TEST(GrowingGraph, TheRunIsNotOverBeforeThePlanIsComplete) {
    Rig rig(engine::RunSettings{}, 4);
    rig.add({job("a")});
    rig.finish("a");
    EXPECT_FALSE(rig.verdict());
    rig.add({job("b", {"a"})});
    EXPECT_TRUE(rig.running("b")) << "its need had already ended";
    rig.finish("b");
    rig.planComplete();
    EXPECT_EQ(rig.verdict()->exitStatus, 0);
}

TEST(GrowingGraph, ALateJobSeesAFailureThatIsLongPast) {
    Rig rig(engine::RunSettings{}, 4);
    rig.add({job("a")});
    rig.finish("a", exitWith(1));
    rig.add({job("b", {"a"})});
    EXPECT_EQ(rig.outcome("b").skip, SkipReason::NeedFailed);
}

TEST(GrowingGraph, AJobMayNeedOneThatComesLater) {
    Rig rig(engine::RunSettings{}, 4);
    rig.add({job("b", {"a"})});
    EXPECT_FALSE(rig.running("b"));
    rig.add({job("a")});
    rig.finish("a");
    EXPECT_TRUE(rig.running("b"));
}

TEST(GrowingGraph, ANeedThatNeverCameEndsTheRun) {
    Rig rig({job("b", {"ghost"}), job("c", {"b"})});
    EXPECT_EQ(rig.outcome("b").kind, OutcomeKind::Infrastructure);
    EXPECT_EQ(rig.outcome("c").skip, SkipReason::NeedFailed);
    EXPECT_EQ(rig.verdict()->exitStatus, 3);
}

TEST(GrowingGraph, ACycleEndsTheRunInsteadOfWaitingForEver) {
    Rig rig({job("a", {"b"}), job("b", {"a"}), job("c")});
    rig.finish("c");
    ASSERT_TRUE(rig.verdict());
    EXPECT_EQ(rig.verdict()->exitStatus, 3);
}

TEST(GrowingGraph, ALongChainOfSkipsIsNoRecursion) {
    std::vector<plan::Job> jobs{job("0")};
    for (int i = 1; i < 50000; ++i) {
        jobs.push_back(job(std::to_string(i), {std::to_string(i - 1)}));
    }
    Rig rig(std::move(jobs));
    rig.finish("0", exitWith(1));
    EXPECT_EQ(rig.outcome("49999").skip, SkipReason::NeedFailed);
}

} // namespace
} // namespace cirque::testing
