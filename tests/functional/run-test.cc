// SPDX-License-Identifier: Apache-2.0
// The shortest way through everything: a plan runs, its verdict is true, its output is kept.
#include "tests/functional/support/project.hh"

namespace cirque::test {
namespace {

TEST(Run, AGreenJobExitsWithZeroAndItsOutputIsShownWithJobAndStep) {
    const Project project;
    const Ran ran = project.cirque({"run", project.planOf({"echo hello world"})});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[main/s1] hello world")) << ran.all();
    project.expectNoLeftovers();
}

TEST(Run, AFailingStepExitsWithOneAndNamesItsStatus) {
    const Project project;
    const Ran ran = project.cirque({"run", project.planOf({"echo before; exit 7"})});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("exit 7")) << ran.all();
}

TEST(Run, TheLastLineWithoutNewlineIsKept) {
    const Project project;
    const Ran ran = project.cirque({"run", project.planOf({"printf 'first\\nlast'"})});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[main/s1] last")) << ran.all();
    const Ran logs = project.cirque({"logs", project.lastRun(), "main/s1"});
    EXPECT_EQ(logs.out, "first\nlast") << logs.all();
}

TEST(Run, AWorkflowWrittenInNixRuns) {
    const Project project;
    project.write("ci.nix", R"json({ cirque, ... }: cirque.mkWorkflow {
      name = "ci";
      jobs.hello.steps = [ { name = "greet"; bash = "echo hello from nix"; } ];
    })json");
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[hello/greet] hello from nix")) << ran.all();
}

} // namespace
} // namespace cirque::test
