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
      root = "{0}";
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
      phased = build "phased-1.0" ''
        echo '@nix {{"action":"setPhase","phase":"buildPhase"}}' >&2; echo in the middle; echo > $out; exit 0'' {{ }};
      waiting = name: build name ''
        echo '@nix {{"action":"setPhase","phase":"buildPhase"}}' >&2
        while [ ! -e {0}/go ]; do sleep 0.05; done; echo > $out; exit 0'' {{ }};
      waits = waiting "waits-1.0";
      waits2 = waiting "waits2-1.0";
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
    EXPECT_EQ(
        project.shell("grep -qs '\"outputs\":\\[\"out='\"$NIX_STORE_DIR\"/ \"$CIRQUE_STATE_DIR\"/runs/*/*")
            .status,
        0)
        << "the journal knows what was made";
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
    EXPECT_TRUE(ran.outHas("[make/build] first words\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[make/build] no such header\n")) << ran.all();
    EXPECT_TRUE(ran.outHas(
        "broken-1.0 did not build: builder failed with exit code 3; its last words: \"first words\", "
        "\"no such header\""))
        << ran.all();
    EXPECT_FALSE(ran.outHas("MUST-NOT-RUN")) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"apart", "succeeded"}, {"make", "failed"}}));
}

// Wrong: "1 dependencies of derivation failed to build" is all a person learns.
// That a cache could not be asked is no excuse for a builder that failed: "our system failed" would be
// retried.
TEST(Builds, ABuilderThatFailsIsTheJobsFailureAlsoWhenACacheIsOutOfReach) {
    const Builds project("    b.steps = [ { name = \"b\"; build = broken; } ];",
                         "build-users-group =\nsubstituters = http://127.0.0.1:9\n");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("broken-1.0")) << ran.all();
}

TEST(Builds, AFailingDependencyIsNamedWithItsLastLines) {
    const Builds project(R"(
    make.steps = [ { name = "build"; build = user; } ];
    use.steps = [ { name = "s"; bash = "echo MUST-NOT-RUN ${user}"; } ];)");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas(
        "[make] failed: step 'build': user-1.0 needs what did not build: broken-1.0 did not "
        "build: builder failed with exit code 3; its last words: \"first words\", \"no such header\""))
        << ran.all();
    EXPECT_TRUE(ran.outHas("[use] failed: user-1.0 needs what did not build: broken-1.0 did not build"))
        << "the setting-up of a job says the same\n"
        << ran.all();
    EXPECT_TRUE(ran.outHas("[make/build] broken-1.0> no such header\n")) << ran.all();
}

TEST(Builds, ALogOfSeveralDerivationsNamesWhoSpeaks) {
    const Builds project("    make.steps = [ { name = \"build\"; build = loud; } ];");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(
        ran.outHas("[make/build] building greeting-1.0\n[make/build] greeting-1.0> making a greeting\n"))
        << ran.all();
    EXPECT_TRUE(ran.outHas("[make/build] loud-1.0> making it loud\n")) << ran.all();
}

TEST(Builds, PhasesAreMarks) {
    const Builds project("    make.steps = [ { name = \"build\"; build = phased; } ];");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[make/build] == buildPhase\n[make/build] in the middle\n")) << ran.all();
}

TEST(Builds, ProgressIsJournaled) {
    const Builds project("    make.steps = [ { name = \"build\"; build = waits; } ];"
                         "    use.steps = [ { name = \"s\"; bash = \"cat ${waits2}\"; } ];");
    Running run = project.start({"run"});
    const auto told = [&](const std::string& what) {
        return project.shell(
            "for i in $(seq 300); do grep -hF build.progress \"$CIRQUE_STATE_DIR\"/runs/*/* 2>/dev/null | "
            "grep -F '" +
            what + "' && exit 0; sleep 0.1; done; exit 1");
    };
    EXPECT_EQ(told("waits-1.0: buildPhase").status, 0) << "of the step";
    EXPECT_EQ(told("waits2-1.0").status, 0) << "of the setting-up";
    EXPECT_TRUE(told("waits-1.0: buildPhase").outHas("\"toBuild\":1")) << told("waits-1.0: buildPhase").out;
    project.write("../go", "");
    EXPECT_EQ(run.wait(60).status, 0);
}

// Both what a build step builds and what a step needs.
TEST(Builds, WhatACacheHasIsFetchedAndNotBuilt) {
    const Builds project(R"(
    make.steps = [ { name = "build"; build = greeting; } ];
    use.steps = [ { name = "s"; bash = "cat ${two}"; } ];)");
    EXPECT_EQ(project.run().status, 0);
    EXPECT_EQ(project.built(), (std::map<std::string, int>{{"greeting-1.0", 1}, {"two-1.0", 1}}));
    const std::string cache = "file://" + project.root() + "/cache";
    const Ran kept = project.shell("nix copy --extra-experimental-features nix-command --to " + cache +
                                   " $(ls -d \"$NIX_STORE_DIR\"/*-greeting-1.0 \"$NIX_STORE_DIR\"/*-two-1.0) "
                                   "&& chmod -R u+w \"$NIX_STORE_DIR\" && "
                                   "rm -rf \"$NIX_STORE_DIR\" \"$NIX_STATE_DIR\" ../built && "
                                   "printf 'substituters = %s\\nrequire-sigs = false\\n' " +
                                   cache + " >> \"$NIX_CONF_DIR/nix.conf\"");
    ASSERT_EQ(kept.status, 0) << kept.all();
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(project.built(), (std::map<std::string, int>{})) << ran.all();
    EXPECT_TRUE(ran.outHas("[make/build] fetching greeting-1.0 from " + cache)) << ran.all();
    EXPECT_TRUE(ran.outHas("[use] fetching two-1.0 from " + cache)) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"make", "succeeded"}, {"use", "succeeded"}}));
}

// Wrong: a garbage collection beside the run takes what the next step or job needs.
TEST(Builds, AGarbageCollectionTakesNothingThatTheRunMade) {
    const Builds project(R"(
    make = {
      results = [ "out" ];
      steps = [ { name = "build"; build = greeting; } { name = "collect"; bash = "nix-store --gc; cat ${greeting}"; } ];
    };
    take = { needs = [ "make" ]; steps = [ { name = "s"; bash = "nix-store --gc; cat $NEEDS_MAKE_OUT"; } ]; };)");
    const Ran ran = project.run({"--inherit-env"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[make/collect] hello from nix\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("[take/s] hello from nix\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("store paths deleted")) << "the collection did run\n" << ran.all();
}

TEST(Builds, ATimeoutEndsTheBuilder) {
    const Builds project("    make.steps = [ { name = \"build\"; build = slow; timeout = 2; } ];");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"make", "failed timeout"}}));
    project.expectNoLeftovers();
}

TEST(Builds, ATimeoutOfOneJobLeavesAnotherThatWaitsForTheSame) {
    const Builds project(R"nix(
    hasty.steps = [
      { name = "build"; build = waits; timeout = 4; }
      { name = "go"; bash = "touch ${root}/go"; condition = "always()"; }
    ];
    patient.steps = [
      { name = "let-it-begin"; bash = "while [ ! -e ${root}/built ]; do sleep 0.05; done"; }
      { name = "build"; build = waits; }
    ];)nix");
    const Ran ran = project.run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs(), (Outcomes{{"hasty", "failed timeout"}, {"patient", "succeeded"}}))
        << ran.all();
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
