// SPDX-License-Identifier: Apache-2.0
// Garbage is collected beside a run while a job is in the middle of its steps; then the job uses what it
// stands on. In each kind of store.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/project.hh"

#include <fmt/format.h>

namespace cirque::test {
namespace {

// Of a job that waits for the file `go` and then reads its whole closure: a file of the tree, a file that
// refers to another one, and more. `prefix`: where the store lies.
std::string workflow(const std::string& root, const std::string& prefix, const std::string& more) {
    return fmt::format(R"nix({{ cirque, ... }}: let
      below = builtins.toFile "below" "what is referred to\n";
      above = builtins.toFile "above" "{1}${{below}}\n";
      built = derivation {{
        name = "built"; system = builtins.currentSystem; builder = "/bin/sh";
        args = [ "-c" "echo ${{above}} > $out; exit 0" ];
      }};
      names = [ above ./data.txt {2} ];
    in cirque.mkWorkflow {{
      name = "w";
      jobs.a.steps = [
        {{ name = "wait"; bash = "touch {0}/waiting; while [ ! -e {0}/go ]; do sleep 0.05; done"; }}
        {{ name = "use"; bash = "for f in ${{toString (map (n: "{1}${{n}}") names)}}; do cat $f; done; cat $(cat {1}${{above}})"; }}
      ];
    }})nix",
                       root, prefix, more);
}

void collectGarbage(const Project& project) {
    const Ran collected =
        project.shell("echo garbage > ../g; p=$(nix-store --add ../g) && nix-collect-garbage && "
                      "[ ! -e \"$p\" ] && [ ! -e \"../chroot$p\" ]");
    EXPECT_EQ(collected.status, 0) << "it did collect\n" << collected.all();
}

// Collects garbage while the job waits, and then lets it go on.
Ran runBesideACollection(const Project& project) {
    project.write("data.txt", "a file of the tree\n");
    Running run = project.start({"run", "--inherit-env"});
    project.waitFor("../waiting");
    collectGarbage(project);
    project.write("../go", "");
    return run.wait(60);
}

void expectUsed(const Ran& ran) {
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[a/use] a file of the tree\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[a/use] what is referred to\n")) << ran.all();
}

TEST(Closure, StaysUnderARunningJob) {
    Project project;
    usePrivateNix(project);
    project.write("ci.nix", workflow(project.root(), "", "built"));
    expectUsed(runBesideACollection(project));
}

TEST(Closure, StaysUnderARunningJobOfADaemonsStore) {
    Project project;
    usePrivateNix(project);
    const Running daemon = project.startShell("exec nix-daemon"); // ends with the test
    project.waitFor("../nix/var/daemon-socket/socket");
    project.set("NIX_REMOTE", "daemon");
    project.write("ci.nix", workflow(project.root(), "", "built"));
    expectUsed(runBesideACollection(project));
}

// Builds would need a sandbox there, so it holds sources alone.
TEST(Closure, StaysUnderARunningJobOfAChrootStore) {
    Project project;
    usePrivateNix(project);
    for (const char* name : {"NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_LOG_DIR"}) {
        project.set(name, std::nullopt);
    }
    const std::string chroot = project.root() + "/chroot";
    project.set("NIX_REMOTE", chroot);
    project.write("ci.nix", workflow(project.root(), chroot, ""));
    expectUsed(runBesideACollection(project));
}

// Of two jobs; what the second one stands on is made only then, from files that no job has named before.
void prepareLater(Project& project) {
    usePrivateNix(project);
    project.write("ci.nix", fmt::format(R"nix({{ cirque, ... }}: let
      source = builtins.toFile "source" "from a source\n";
      built = derivation {{
        name = "built"; system = builtins.currentSystem; builder = "/bin/sh";
        args = [ "-c" "echo from nix > $out; exit 0" ];
      }};
    in cirque.mkWorkflow {{
      name = "w";
      jobs.hold.steps = [ {{ bash = "touch {0}/waiting; while [ ! -e {0}/go ]; do sleep 0.05; done"; }} ];
      jobs.take = {{ needs = [ "hold" ]; steps = [ {{ name = "s"; bash = "cat ${{built}} ${{source}}"; }} ]; }};
      jobs.make = {{ needs = [ "hold" ]; steps = [ {{ build = built; }} ]; }};
    }})nix",
                                        project.root()));
}

void expectTaken(const Project& project, std::vector<std::string> words) {
    Running run = project.start(std::move(words));
    project.waitFor("../waiting");
    collectGarbage(project);
    project.write("../go", "");
    const Ran ran = run.wait(60);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[take/s] from nix\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[take/s] from a source\n")) << ran.all();
}

// Wrong: nothing keeps what later jobs are made of when the evaluation is not kept.
TEST(Closure, OfALaterJobStaysWithoutAKeptEvaluation) {
    Project project;
    prepareLater(project);
    expectTaken(project, {"run", "--no-eval-cache"});
}

TEST(Closure, OfALaterJobStaysUnderARerun) {
    Project project;
    prepareLater(project);
    project.write("../go", "");
    ASSERT_EQ(project.cirque({"run", "--no-eval-cache"}).status, 0);
    ASSERT_EQ(project.shell("rm ../go ../waiting && nix-store --delete \"$NIX_STORE_DIR\"/*-built").status,
              0);
    expectTaken(project, {"rerun", project.lastRun()});
}

// A run whose job `take` reads what `make` has built, after a job that fails at first and then waits.
void prepareRerun(Project& project) {
    usePrivateNix(project);
    project.write("ci.nix", fmt::format(R"nix({{ cirque, ... }}: let
      built = derivation {{
        name = "built"; system = builtins.currentSystem; builder = "/bin/sh";
        args = [ "-c" "echo from nix > $out; exit 0" ];
      }};
    in cirque.mkWorkflow {{
      name = "w";
      jobs.make = {{ results = [ "out" ]; steps = [ {{ build = built; }} ]; }};
      jobs.hold.steps = [ {{ bash = "[ -e {0}/second ] || exit 1; touch {0}/waiting; while [ ! -e {0}/go ]; do sleep 0.05; done"; }} ];
      jobs.take = {{ needs = [ "make" "hold" ]; steps = [ {{ name = "s"; bash = "cat $NEEDS_MAKE_OUT"; }} ]; }};
    }})nix",
                                        project.root()));
    EXPECT_EQ(project.cirque({"run", "--no-eval-cache"}).status, 1);
    project.write("../second", "");
}

// Wrong: a rerun takes over the path of what was built, and nothing keeps it until the job that uses it
// begins.
TEST(Closure, StaysUnderARerunThatTookItOver) {
    Project project;
    prepareRerun(project);
    Running run = project.start({"rerun", "--failed", project.lastRun()});
    project.waitFor("../waiting");
    collectGarbage(project);
    project.write("../go", "");
    const Ran ran = run.wait(60);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[take/s] from nix\n")) << ran.all();
    EXPECT_FALSE(ran.outHas("building")) << "it was taken over\n" << ran.all();
}

// Wrong: a rerun hands over the path of what is no longer there.
TEST(Closure, IsBuiltAnewByARerunWhenItIsGone) {
    Project project;
    prepareRerun(project);
    ASSERT_EQ(project.shell("nix-store --delete \"$NIX_STORE_DIR\"/*-built").status, 0);
    project.write("../go", "");
    const Ran ran = project.cirque({"rerun", "--failed", project.lastRun()});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("what it built is no longer in the Nix store")) << ran.all();
    EXPECT_TRUE(ran.outHas("[take/s] from nix\n")) << ran.all();
}

} // namespace
} // namespace cirque::test
