// SPDX-License-Identifier: Apache-2.0
// Packages of a workflow where they count, in a step that calls them: built by the real Nix, taken from this
// machine, or written into the plan.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <grp.h>

#include <csignal>

namespace cirque::test {
namespace {

using Texts = std::vector<std::string>;
using Outcomes = std::map<std::string, std::string>;

// A package set as small as can be: a program that is built, and a build that fails. The builders end with a
// builtin, because Nix 2.8 may report one that ends with another program as killed.
constexpr const char* packageSet = R"nix({ system }:
let
  build = name: script: derivation {
    inherit system;
    pname = name;
    name = "${name}-1.0";
    builder = "/bin/sh";
    args = [ "-c" script ];
    PATH = "/usr/bin:/bin";
  };
in {
  greeter = build "greeter" ''
    echo 'the greeter is being built' >&2
    mkdir -p $out/bin
    printf '#!/bin/sh\necho "built greeting for $*"\n' > $out/bin/greeter
    chmod +x $out/bin/greeter
    exit 0
  '';
  broken = build "broken" ''
    echo 'the builder says: no such header' >&2
    exit 3
  '';
}
)nix";

class Workflow : public Project {
  public:
    explicit Workflow(const std::string& jobs, const std::string& nixSettings = "build-users-group =\n") {
        usePrivateNix(*this, nixSettings);
        write("set.nix", packageSet);
        write("ci.nix",
              "{ cirque, pkgs, lib, ... }: cirque.mkWorkflow {\n  name = \"packages\";\n  jobs = {\n" + jobs +
                  "\n  };\n}\n");
    }

    [[nodiscard]] Ran runWithSet() const { return cirque({"run", "--pkgs", "set.nix"}); }

    [[nodiscard]] Ran runWithHost() const { return cirque({"run"}); }
};

TEST(Packages, AStepFindsTheProgramsOfItsDepsBuiltByNix) {
    const Workflow workflow(R"(
    use.steps = [ { name = "greet"; deps = [ pkgs.greeter ]; bash = "command -v greeter; greeter me"; } ];
    other.steps = [ { name = "s"; bash = "if command -v greeter; then exit 1; fi"; } ];)");
    const Ran ran = workflow.runWithSet();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[use/greet] built greeting for me\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("the greeter is being built")) << "the build is part of the log\n" << ran.all();
    EXPECT_TRUE(ran.outHas("[use/greet] " + workflow.root() + "/nix/store/")) << ran.all();
    const Ran again = workflow.runWithSet();
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_FALSE(again.outHas("is being built")) << "what is in the store is not built again\n"
                                                 << again.all();
}

TEST(Packages, AnInterruptDuringABuildEndsTheBuilder) {
    const Workflow workflow("    use.steps = [ { deps = [ pkgs.slow ]; bash = \"echo RAN\"; } ];");
    workflow.write("set.nix", fmt::format(R"nix({{ system }}: {{
      slow = derivation {{
        inherit system;
        name = "slow";
        builder = "/bin/sh";
        args = [ "-c" "touch {}/building; sleep 600; exit 0" ];
        PATH = "/usr/bin:/bin";
      }};
    }})nix",
                                          workflow.dir()));
    Running run = workflow.start({"run", "--pkgs", "set.nix"});
    workflow.waitFor("building");
    run.signal(SIGINT);
    const Ran ran = run.wait(30);
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
    workflow.expectNoLeftovers();
}

TEST(Packages, AnInterpolatedPackageNeedsNoDeps) {
    const Workflow workflow(R"(
    script.steps = [ { name = "s"; bash = "${pkgs.greeter}/bin/greeter script"; } ];
    argv.steps = [ { name = "s"; run = [ "${pkgs.greeter}/bin/greeter" "$HOME" "a  b" ]; } ];
    variable = { env.GREETER = pkgs.greeter; steps = [ { name = "s"; bash = "\"$GREETER/bin/greeter\" variable"; } ]; };
    step.steps = [ pkgs.greeter ];)");
    const Ran ran = workflow.runWithSet();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[script/s] built greeting for script\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[argv/s] built greeting for $HOME a  b\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[variable/s] built greeting for variable\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[step/greeter] built greeting for \n")) << ran.all();
}

TEST(Packages, AFailingBuildFailsItsJobAndShowsWhatTheBuilderSaid) {
    const Workflow workflow(R"(
    needs-it.steps = [ { name = "s"; deps = [ pkgs.broken ]; bash = "echo MUST-NOT-RUN"; } ];
    after = { needs = [ "needs-it" ]; steps = [ { name = "s"; bash = "echo MUST-NOT-RUN"; } ]; };
    apart.steps = [ { name = "s"; bash = "echo runs on its own"; } ];)");
    const Ran ran = workflow.runWithSet();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("the builder says: no such header")) << ran.all();
    EXPECT_FALSE(ran.outHas("MUST-NOT-RUN")) << ran.all();
    EXPECT_TRUE(ran.outHas("[apart/s] runs on its own")) << ran.all();
    const Outcomes jobs = RunRecord(workflow).jobs();
    EXPECT_EQ(jobs.at("needs-it"), "failed");
    EXPECT_EQ(jobs.at("after"), "skipped need-failed");
    EXPECT_EQ(jobs.at("apart"), "succeeded");
    const Ran logs = workflow.cirque({"logs", workflow.lastRun(), "needs-it"});
    EXPECT_TRUE(logs.outHas("the builder says: no such header")) << logs.all();
}

TEST(Packages, RootWithoutNixsBuildUsersCanBuild) {
    if (getgrnam("nixbld") != nullptr) {
        GTEST_SKIP() << "this machine has the group nixbld";
    }
    const Workflow workflow(R"(use.steps = [ { deps = [ pkgs.greeter ]; bash = "greeter"; } ];)", "");
    const Ran ran = workflow.runWithSet();
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST(Packages, ToolsOfThisMachineAreFoundByDepsAndByTheirPath) {
    const Workflow workflow(R"nix(
    deps.steps = [ { name = "s"; deps = [ pkgs.gnused pkgs.gnugrep ]; bash = "echo abc | sed s/b/-/ | grep -x a-c"; } ];
    path.steps = [ { name = "s"; bash = "echo abc | ${pkgs.gnused}/bin/sed s/b/+/"; } ];
    value = { env.SED = "${lib.getExe pkgs.gnused}"; steps = [ { name = "s"; bash = "echo abc | $SED s/b/=/"; } ]; };)nix");
    const Ran ran = workflow.runWithHost();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[deps/s] a-c\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[path/s] a+c\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[value/s] a=c\n")) << ran.all();
}

TEST(Packages, AMissingToolIsAWarningAtTheStartAndStatus127WhenCalled) {
    const Workflow workflow(R"(
    calls.steps = [
      { name = "before"; bash = "echo still fine"; }
      { name = "call"; deps = [ pkgs.xmake ]; bash = "xmake --version"; }
    ];
    only-lists.steps = [ { name = "s"; deps = [ pkgs.xmake ]; bash = "echo never calls it"; } ];
    by-path.steps = [ { name = "s"; bash = "${pkgs.xmake}/bin/xmake"; } ];)");
    if (workflow.shell("command -v xmake").status == 0) {
        GTEST_SKIP() << "this machine has xmake";
    }
    const Ran ran = workflow.runWithHost();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(RunRecord(workflow).jobs(), (Outcomes{{"by-path", "failed exit 127"},
                                                    {"calls", "failed exit 127"},
                                                    {"only-lists", "succeeded"}}));
    const std::size_t warned = ran.out.find("[calls] cirque: warning: xmake");
    ASSERT_NE(warned, std::string::npos) << ran.all();
    EXPECT_LT(warned, ran.out.find("still fine")) << "before anything of the job has run";
    EXPECT_TRUE(ran.outHas("[calls/call] cirque: xmake")) << ran.all();
}

TEST(Packages, AShellApplicationTravelsInThePlan) {
    const Workflow workflow(R"nix(
    calls.steps = [
      { name = "s"; bash = let tell = pkgs.writeShellApplication {
          name = "tell";
          runtimeInputs = [ pkgs.gnused ];
          text = ''printf '<%s>' "$@" | sed "s/z/${"\${MARK:-y}"}/"; cat ${pkgs.writeText "words" "some 'words' $x\n"}'';
        }; in ''MARK=k ${tell}/bin/tell one "two  three" z''; }
    ];
    step.steps = [ (pkgs.writeShellApplication { name = "own"; text = "echo as a step; false; echo NOT-REACHED"; }) ];
    path.steps = [ { name = "s"; deps = [ (pkgs.writeShellScriptBin "on-path" "echo found on PATH") ]; bash = "on-path"; } ];)nix");
    const Ran ran = workflow.runWithHost();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("[calls/s] <one><two  three><k>some 'words' $x\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[path/s] found on PATH\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[step/own] as a step\n") && !ran.outHas("NOT-REACHED")) << ran.all();
    EXPECT_EQ(RunRecord(workflow).jobs(),
              (Outcomes{{"calls", "succeeded"}, {"path", "succeeded"}, {"step", "failed exit 1"}}));
}

// Where the peer ends with status 127.
TEST(Packages, AShellApplicationsNameMayHaveSpaces) {
    const Workflow workflow(R"nix(
    step.steps = [ (pkgs.writeShellApplication { name = "it's own"; text = "echo runs"; }) ];)nix");
    const Ran ran = workflow.runWithHost();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[step/it's own] runs\n")) << ran.all();
}

// Nix lets a second process look every five seconds whether the first has built what both want.
TEST(Packages, JobsThatWaitForTheSameBuildStartWhenItIsDone) {
    const Workflow workflow(R"nix(
    one.steps = [ { deps = [ pkgs.greeter ]; bash = "greeter"; } ];
    two.steps = [ { deps = [ pkgs.greeter ]; bash = "greeter"; } ];)nix");
    const Ran ran = workflow.runWithSet();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_LT(RunRecord(workflow).run().at("duration").as_int64(), 4'500);
}

TEST(Packages, AProviderThatIsAProgramIsRefusedByName) {
    const Workflow workflow(R"nix(
    first.steps = [ { bash = "echo RAN"; } ];
    use = { envFrom = [ pkgs.greeter ]; steps = [ { bash = "true"; } ]; };)nix");
    const Ran ran = workflow.runWithSet();
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("jobs.use.envFrom[0]") && ran.errHas("'program'")) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
}

} // namespace
} // namespace cirque::test
