// SPDX-License-Identifier: Apache-2.0
// What a job makes of its services: when they are started and ended, and whose failure is whose.
#include "tests/unit/engine/steps-world.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

using Texts = std::vector<std::string>;

struct Serving : Steps {
    SiteScript place;

    Serving() {
        one.steps = {step("s"), step("clean", plan::When::Always)};
        for (const char* name : {"db", "web"}) {
            plan::Service service;
            service.program = step(name);
            one.services.push_back(service);
        }
        executor.siteScript = [this](const exec::Place&) { return place; };
    }
};

TEST(Services, RunFromBeforeTheFirstStepUntilAfterTheLast) {
    Serving world;
    world.executor.script = [&](const exec::StepSpec&) {
        EXPECT_EQ(world.executor.served, Texts{"start a:db,web"});
        return Script{};
    };
    EXPECT_TRUE(world.go().outcome.ok());
    EXPECT_EQ(world.executor.served, (Texts{"start a:db,web", "stop a"}));
}

// Reports and artifacts may be what they write as they end.
TEST(Services, HaveEndedBeforeAnythingIsSaved) {
    Serving world;
    world.one.outputs = {{"x", "x", false}};
    world.place.save["x"] = Error{ErrorCode::NotFound, "it is not there", {}, {}};
    world.go();
    EXPECT_EQ(world.executor.served.back(), "stop a");
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Failed);
}

TEST(Services, AreNotStartedForAJobThatItsConditionSkips) {
    Serving world;
    world.one.condition.bash = "false";
    world.executor.script = [](const exec::StepSpec& spec) {
        return spec.isCondition ? failing(1) : Script{};
    };
    world.go();
    EXPECT_EQ(world.executor.served, Texts{});
    EXPECT_EQ(world.ofJob().kind, OutcomeKind::Skipped);
}

TEST(Services, ThatAreNotUpFailTheJobWithoutAStep) {
    Serving world;
    world.place.startServices = Outcome::failedWith("service 'db' ended before it was ready (exit 3)");
    world.go();
    EXPECT_EQ(world.executor.steps, 0);
    EXPECT_EQ(world.ofJob(), world.place.startServices);
    EXPECT_EQ(world.executor.closed, 1);
}

// Steps that were content with a dead service prove nothing.
TEST(Services, ThatFailedFailAJobWhoseStepsSucceeded) {
    Serving world;
    world.place.stopServices = Outcome::failedWith("service 'db' ended before the job did (exit 7)");
    world.go();
    EXPECT_EQ(world.ofJob(), world.place.stopServices);
}

TEST(Services, ThatFailedDoNotHideWhyAStepFailed) {
    Serving world;
    world.does["s"] = {failing(4)};
    world.place.stopServices = Outcome::failedWith("service 'db' ended before the job did (exit 7)");
    world.go();
    EXPECT_EQ(world.ofJob().exit, 4);
    EXPECT_EQ(world.executor.served.back(), "stop a");
}

TEST(Services, ADeadlineThatPassesWhileTheyStartFailsTheJob) {
    Serving world;
    world.place.servicesTime = Millis{600'000};
    world.one.deadline = {plan::Setting<Millis>::State::Set, Millis{1000}};
    world.go();
    EXPECT_EQ(world.executor.steps, 0);
    EXPECT_TRUE(world.ofJob().timeout);
    EXPECT_EQ(world.executor.closed, 1);
}

} // namespace
} // namespace cirque::testing
