// SPDX-License-Identifier: Apache-2.0
// The shortest way through everything: a plan runs, its verdict is true, its output is kept.
#include "tests/functional/support/project.hh"

#include <unistd.h>

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

// As with git and nix. A tree that somebody else has put above the folder is not the user's project.
TEST(Run, TheWorkflowIsFoundFromAFolderBelowIt) {
    Project project;
    project.write("ci.nix", R"({ cirque, ... }: cirque.mkWorkflow {
      name = "ci";
      jobs.main.steps = [ { bash = "cat top"; } ];
    })");
    project.write("top", "of the tree\n");
    project.write("a/b/file", "");
    project.commitAll();
    const std::string below = std::string("cd a/b && ") + CIRQUE_PROGRAM + " run --no-tui";
    const Ran ran = project.shell(below);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("of the tree")) << ran.all();
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown((project.dir() + "/.git").c_str(), 1, 1), 0);
        const Ran foreign = project.shell(below);
        EXPECT_EQ(foreign.status, 2) << foreign.all();
        EXPECT_TRUE(foreign.errHas("no workflow in " + project.dir() + "/a/b: neither")) << foreign.all();
    }
}

} // namespace
} // namespace cirque::test
