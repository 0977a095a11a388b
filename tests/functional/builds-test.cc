// SPDX-License-Identifier: Apache-2.0
// Build steps with the real Nix: built, seen, reused, stopped.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>

namespace cirque::test {
namespace {

using Texts = std::vector<std::string>;
using Outcomes = std::map<std::string, std::string>;

// Packages without nixpkgs. Each build leaves a line in the file `built`, so that tests count builds. The
// builders end with a builtin, because Nix 2.8 may report one that ends with another program as killed.
constexpr const char* packages = R"nix(
      build = name: script: more: derivation ({{
        system = builtins.currentSystem;
        inherit name;
        builder = "/bin/sh";
        args = [ "-c" "echo ${{name}} >> {0}/built; ${{script}}" ];
        PATH = "/usr/bin:/bin";
      }} // more);
      greeting = build "greeting-1.0" "echo making a greeting; echo hello from nix > $out; exit 0" {{ }};
      loud = build "loud-1.0" "read -r text < ${{greeting}}; echo making it loud; echo \"$text!\" > $out; exit 0" {{ }};
      two = build "two-1.0" "echo a > $out; echo b > $dev; exit 0" {{ outputs = [ "out" "dev" ]; }};
      broken = build "broken-1.0" "echo first words; echo no such header; exit 3" {{ }};
      user = build "user-1.0" "read -r text < ${{broken}}; exit 0" {{ }};
      slow = build "slow-1.0" "touch {0}/building; sleep 600; exit 0" {{ }};
)nix";

class Builds : public Project {
  public:
    explicit Builds(const std::string& jobs, const std::string& nixSettings = "build-users-group =\n") {
        usePrivateNix(*this, nixSettings);
        write("ci.nix", "{ cirque, ... }: let" + fmt::format(packages, root()) +
                            "in cirque.mkWorkflow {\n  name = \"builds\";\n  jobs = {\n" + jobs +
                            "\n  };\n}\n");
    }

    [[nodiscard]] Ran run(Texts more = {}) const {
        more.insert(more.begin(), "run");
        return cirque(std::move(more));
    }

    // How often each package was built.
    [[nodiscard]] std::map<std::string, int> built() const {
        std::map<std::string, int> out;
        const Ran lines = shell("cat ../built 2>/dev/null || true");
        std::string line;
        for (const char c : lines.out) {
            if (c == '\n') {
                ++out[line];
                line.clear();
            } else {
                line += c;
            }
        }
        return out;
    }
};

TEST(Builds, ABuildStepBuildsOnceAndIsCachedAfterwards) {
    const Builds project("    make.steps = [ { name = \"build\"; build = greeting; } ];");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("making a greeting")) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"make", "succeeded"}}));
    const Ran again = project.run();
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"make", "cached"}}));
    EXPECT_FALSE(again.outHas("making a greeting")) << again.all();
    EXPECT_EQ(project.built(), (std::map<std::string, int>{{"greeting-1.0", 1}}));
}

TEST(Builds, OutputsReachLaterStepsAndOtherJobs) {
    const Builds project(R"(
    make = {
      results = [ "out" ];
      steps = [ { name = "build"; build = greeting; } { name = "use"; bash = "cat ${greeting}"; } ];
    };
    take = { needs = [ "make" ]; steps = [ { name = "s"; bash = "cat \"$NEEDS_MAKE_OUT\"; echo \"at $NEEDS_MAKE_OUT\""; } ]; };)");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[make/use] hello from nix\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[take/s] hello from nix\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[take/s] at " + project.root() + "/nix/store/"))
        << "the path itself, not the run's root of it\n"
        << ran.all();
    EXPECT_TRUE(ran.outHas("[make/build] ")) << "the build is the build step's, not the job's setting-up\n"
                                             << ran.all();
}

TEST(Builds, EachOutputIsAValueOfItsName) {
    const Builds project(R"(
    make = {
      results = [ "out" "dev" ];
      steps = [ { build = { drv = two.drvPath; outputs = [ "dev" "out" ]; }; } ];
    };
    take = { needs = [ "make" ]; steps = [ { name = "s"; bash = "cat $NEEDS_MAKE_OUT $NEEDS_MAKE_DEV"; } ]; };)");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[take/s] a\n[take/s] b\n")) << ran.all();
}

// Wrong: a build step that its condition skips leaves a hole that a later step falls into.
TEST(Builds, WhatASkippedBuildStepLeftIsBuiltForTheStepThatUsesIt) {
    const Builds project(R"nix(
    make.steps = [
      { name = "build"; build = greeting; condition = "failure()"; }
      { name = "use"; bash = "cat ${greeting}"; }
    ];)nix");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[make/use] hello from nix\n")) << ran.all();
    EXPECT_EQ(RunRecord(project).steps("make"), (Texts{"build: skipped own-condition", "use: succeeded"}));
}

TEST(Builds, IdenticalDerivationsAreBuiltOnce) {
    const Builds project(R"(
    one.steps = [ { build = greeting; } ];
    two.steps = [ { build = greeting; } ];
    three.steps = [ { build = loud; } ];)");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(project.built(), (std::map<std::string, int>{{"greeting-1.0", 1}, {"loud-1.0", 1}}));
}

TEST(Builds, AFailingBuildFailsItsJob) {
    const Builds project(R"(
    make.steps = [ { name = "build"; build = broken; } { name = "after"; bash = "echo MUST-NOT-RUN"; } ];
    apart.steps = [ { name = "s"; build = greeting; } ];)");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("no such header")) << ran.all();
    EXPECT_FALSE(ran.outHas("MUST-NOT-RUN")) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"apart", "succeeded"}, {"make", "failed"}}));
}

TEST(Builds, ATimeoutEndsTheBuilder) {
    const Builds project("    make.steps = [ { name = \"build\"; build = slow; timeout = 2; } ];");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"make", "failed timeout"}}));
    project.expectNoLeftovers();
}

TEST(Builds, AnInterruptEndsTheBuilder) {
    const Builds project("    make.steps = [ { name = \"build\"; build = slow; } ];");
    Running run = project.start({"run"});
    project.waitFor("../building");
    run.signal(SIGINT);
    const Ran ran = run.wait(30);
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"make", "cancelled"}}));
    project.expectNoLeftovers();
}

} // namespace
} // namespace cirque::test
