// SPDX-License-Identifier: Apache-2.0
// Steps that build a derivation: what they give, what fails them, and what waits for them.
#include "engine/needs.hh"
#include "tests/unit/engine/steps-world.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

constexpr const char* hello = "/nix/store/0000-hello.drv";
constexpr const char* other = "/nix/store/0000-other.drv";

plan::Step build(std::string name, std::string drv = hello) {
    plan::Step made = step(std::move(name));
    made.action = plan::BuildRun{{std::move(drv), {"out"}}};
    return made;
}

plan::Step wanting(std::string name, std::vector<std::string> drvs) {
    plan::Step made = step(std::move(name));
    for (std::string& drv : drvs) {
        made.closure.derivations.push_back({std::move(drv), {"out"}});
    }
    return made;
}

std::vector<std::string> drvsOf(const plan::Closure& closure) {
    std::vector<std::string> out;
    for (const plan::Derivation& derivation : closure.derivations) {
        out.push_back(derivation.drv);
    }
    return out;
}

struct Builds : Steps {
    void does(std::vector<FakeBuild> tries, const std::string& drv = hello) {
        provisioner.builds[drv] = std::move(tries);
    }

    // What was provisioned for step `step` (-1: at the start).
    std::vector<std::string> provisionedFor(int step) {
        std::vector<std::string> out;
        for (const auto& [ref, closure] : provisioner.provisioned) {
            if (ref.step == step) {
                std::ranges::copy(drvsOf(closure), std::back_inserter(out));
            }
        }
        return out;
    }
};

TEST(BuildSteps, OutputsAreResultsAndDependantsSeeThem) {
    Builds world;
    world.one.steps = {build("b")};
    world.one.results = {"out"};
    world.does({{.result = engine::Built{false, {{"out", "/nix/store/1-hello"}}}, .print = "hello> made\n"}});
    plan::Job after = job("after", {"a"});
    world.whole.name = "w";
    world.whole.jobs = {world.one, after};
    EXPECT_EQ(world.run(world.whole).exitStatus, 0);
    EXPECT_EQ(world.of("b").kind, OutcomeKind::Succeeded);
    EXPECT_EQ(world.journal.step("a", "b")->outputs, std::vector<std::string>{"out=/nix/store/1-hello"})
        << "the history knows what was made";
    EXPECT_EQ(world.logs.text.at({"a", 1, 0, 1}), "hello> made\n");
    bool seen = false;
    for (const exec::Vars& layer : world.executor.spec("after", "run")->env.above) {
        for (const exec::Var& var : layer) {
            seen = seen || (var.name == "NEEDS_A_OUT" && var.value == "/nix/store/1-hello");
        }
    }
    EXPECT_TRUE(seen) << "NEEDS_A_OUT";
}

// Wrong: what another job, or the run that is repeated, has built is not kept under the job that uses it, and
// a place without this machine's store does not get it.
TEST(BuildSteps, WhatIsHandedOverIsProvisionedToo) {
    Builds world;
    world.one.steps = {build("b")};
    world.one.results = {"out", "moved"};
    world.does({{.result = engine::Built{
                     false, {{"out", "/nix/store/1-hello"}, {"moved", "/nix/store/1-hello/bin"}}}}});
    plan::Job after = job("after", {"a"});
    world.whole.name = "w";
    world.whole.jobs = {world.one, after, job("apart", {})};
    EXPECT_EQ(world.run(world.whole).exitStatus, 0);
    for (const auto& [ref, closure] : world.provisioner.provisioned) {
        EXPECT_EQ(closure.paths, ref.job == "after" ? std::vector<std::string>{"/nix/store/1-hello"}
                                                    : std::vector<std::string>{})
            << ref.job;
    }
    EXPECT_EQ(world.provisioner.provisioned.size(), 3U);
}

TEST(BuildSteps, AJobOfBuildsThatWereThereIsCachedAndOpensNoPlace) {
    Builds world;
    world.one.steps = {build("b"), build("c", other)};
    world.does({{.result = engine::Built{true, {}}}});
    world.does({{.result = engine::Built{true, {}}}}, other);
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Cached);
    EXPECT_EQ(world.executor.opened, 0);
    EXPECT_TRUE(world.journal.all<event::JobStarted>().front().handle.empty()) << "nothing to find later";
}

TEST(BuildSteps, OneOfTwoBuiltMakesTheJobSucceededNotCached) {
    Builds world;
    world.one.steps = {build("b"), build("c", other)};
    world.does({{.result = engine::Built{true, {}}}});
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Succeeded);
}

TEST(BuildSteps, AFailingBuildFailsTheStepAndSkipsTheRest) {
    Builds world;
    world.one.steps = {build("b"), step("after")};
    world.does({{.result = fail(ErrorCode::Build, "hello failed to build: exit 3")}});
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_EQ(world.of("b").kind, OutcomeKind::Failed);
    EXPECT_EQ(world.of("b").message, "hello failed to build: exit 3");
    EXPECT_EQ(world.of("after").kind, OutcomeKind::Skipped);
}

TEST(BuildSteps, NixItselfFailingIsNotTheJobsFailure) {
    Builds world;
    world.one.steps = {build("b")};
    world.one.retry = attempts(3);
    world.does({{.result = fail(ErrorCode::Unreachable, "no daemon")}});
    EXPECT_EQ(world.go().exitStatus, 3);
    EXPECT_EQ(world.of("b").kind, OutcomeKind::Infrastructure);
    EXPECT_EQ(world.provisioner.built.size(), 1U) << "only what the job itself did is tried again";
}

TEST(BuildSteps, ABuildIsTriedAgainAsItsStepSays) {
    Builds world;
    world.one.steps = {build("b")};
    world.one.steps[0].retry = attempts(2);
    world.does({{.result = fail(ErrorCode::Build, "flaky")}, {.result = engine::Built{}}});
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.provisioner.built.size(), 2U);
}

TEST(BuildSteps, ATimeoutStopsTheBuildAndFailsTheStep) {
    Builds world;
    world.one.steps = {build("b")};
    world.one.steps[0].timeout = given(Millis{5000});
    world.does({{.sleep = Millis{60000}}});
    EXPECT_EQ(world.go().exitStatus, 1);
    EXPECT_TRUE(world.of("b").timeout) << describe(world.of("b"));
    EXPECT_EQ(world.clock.sleepers(), 0U);
}

TEST(BuildSteps, ACancelStopsTheBuild) {
    Builds world;
    world.one.steps = {build("b")};
    world.does({{.sleep = Millis{60000}}});
    world.cancels = {{Millis{1000}, 2}};
    EXPECT_EQ(world.go().exitStatus, 130);
    EXPECT_EQ(world.of("b").kind, OutcomeKind::Cancelled) << describe(world.of("b"));
}

// Wrong: the setting-up of the job builds what is to be seen, timed and retried as a step.
TEST(BuildSteps, WhatAStepBuildsIsNotBuiltBeforeIt) {
    Builds world;
    world.one.steps = {build("b"), wanting("use", {hello, other})};
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.provisionedFor(-1), std::vector<std::string>{other});
    EXPECT_EQ(world.provisionedFor(1), std::vector<std::string>{hello});
}

// Wrong: a build step that its condition skips leaves a later step without what it uses.
TEST(BuildSteps, WhatASkippedBuildStepLeftIsMadeForTheStepThatNeedsIt) {
    Builds world;
    world.one.steps = {build("b"), wanting("use", {hello})};
    world.one.steps[0].condition.when = plan::When::Failure;
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_TRUE(world.provisioner.built.empty());
    EXPECT_EQ(world.provisionedFor(1), std::vector<std::string>{hello});
}

TEST(BuildSteps, AConditionFindsWhatItNamesToo) {
    Builds world;
    world.one.steps = {build("b"), wanting("use", {hello})};
    world.one.steps[1].condition.bash = "test -e $drv";
    EXPECT_EQ(world.go().exitStatus, 0);
    EXPECT_EQ(world.provisionedFor(1), (std::vector<std::string>{hello, hello})) << "condition and step";
}

TEST(BuildSteps, WhatIsLeftOutAtTheStart) {
    plan::Job made = job("a");
    made.steps = {wanting("early", {hello}), build("b"), wanting("late", {hello})};
    EXPECT_EQ(drvsOf(engine::neededAtStart(made)), std::vector<std::string>{hello})
        << "a step before the build needs it at the start";
    EXPECT_EQ(drvsOf(engine::neededBefore(made, 2)), std::vector<std::string>{hello});
    EXPECT_TRUE(drvsOf(engine::neededBefore(made, 0)).empty());
    made.condition.bash = "true";
    EXPECT_EQ(drvsOf(engine::neededAtStart(made)), (std::vector<std::string>{hello, hello}))
        << "the job's own condition comes before every step";
}

} // namespace
} // namespace cirque::testing
