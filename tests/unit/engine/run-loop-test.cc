// SPDX-License-Identifier: Apache-2.0
// The performing loop: order of journal and act, ports that fail or throw, nothing lost and nothing leaked.
#include "tests/support/fake-ports.hh"
#include "tests/support/plans.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

using plan::When;

void expectClean(const World& world) {
    EXPECT_EQ(world.executor.opened, world.executor.closed) << "each place is closed exactly once";
    EXPECT_EQ(world.executor.afterClose, 0);
    EXPECT_EQ(world.clock.sleepers(), 0U);
    for (const auto& [ref, times] : world.logs.finished) {
        EXPECT_EQ(times, 1) << ref.job << " step " << ref.step;
    }
}

TEST(RunLoop, EmitsTheWholeStoryInOrder) {
    World world;
    EXPECT_EQ(world.run(planOf({job("a")})).exitStatus, 0);
    std::vector<std::size_t> kinds;
    for (const event::Event& event : world.journal.events()) {
        kinds.push_back(event.body.index());
    }
    const std::vector<event::Body> expected{
        event::JobsAdded{},   event::JobQueued{},    event::PlanCompleted{}, event::JobStarted{},
        event::StepStarted{}, event::StepFinished{}, event::JobFinished{},   event::RunFinished{}};
    std::vector<std::size_t> wanted;
    for (const event::Body& body : expected) {
        wanted.push_back(body.index());
    }
    EXPECT_EQ(kinds, wanted);
    EXPECT_FALSE(world.journal.all<event::JobStarted>()[0].handle.empty());
    expectClean(world);
}

TEST(RunLoop, JournalsBeforeItActs) {
    World world;
    world.executor.script = [&](const exec::StepSpec& spec) {
        EXPECT_EQ(world.journal.tries(spec.ref.job, spec.name), 1) << "step.started comes before the step";
        return Script{};
    };
    world.executor.siteScript = [&](const exec::Place& place) {
        EXPECT_EQ(world.journal.all<event::JobStarted>().back().job, place.job->name);
        return SiteScript{};
    };
    world.run(planOf({job("a"), job("b", {"a"})}));
    expectClean(world);
}

// Whatever append fails, the run ends as Infrastructure, starts nothing more and closes what it opened.
TEST(RunLoop, AJournalFailureAtAnyMomentEndsTheRun) {
    World whole;
    whole.run(planOf({job("a"), job("b", {"a"}), job("c")}));
    const int appends = whole.journal.appends();
    for (int at = 1; at <= appends; ++at) {
        World world;
        world.journal.failFrom(at, Error{ErrorCode::DiskFull, "cannot write the journal: no space", {}, {}});
        world.executor.script = [&](const exec::StepSpec&) {
            EXPECT_LT(world.journal.appends(), at) << "a step ran that the journal does not hold";
            return Script{};
        };
        const auto report = world.run(planOf({job("a"), job("b", {"a"}), job("c")}));
        // the last record only repeats the verdict that was already settled
        EXPECT_EQ(report.exitStatus, at == appends ? report.exitStatus : 3) << "append " << at;
        EXPECT_LE(world.executor.steps, whole.executor.steps);
        if (at == 1) {
            EXPECT_EQ(world.executor.opened, 0);
        }
        expectClean(world);
    }
}

TEST(RunLoop, AFailingProviderFailsTheJobNotGreen) {
    World world;
    world.env.failing["a"] = Error{ErrorCode::Provider, "required: TOKEN is not set", {}, {}};
    EXPECT_EQ(world.run(planOf({job("a")})).exitStatus, 1);
    EXPECT_EQ(world.journal.job("a")->outcome.kind, OutcomeKind::Failed);
    EXPECT_EQ(world.executor.opened, 0);
}

TEST(RunLoop, AFailingBuildFailsTheJob) {
    World world;
    world.provisioner.failing["a"] = Error{ErrorCode::Build, "builder failed", {}, {}};
    EXPECT_EQ(world.run(planOf({job("a")})).exitStatus, 1);
}

TEST(RunLoop, NixItselfFailingIsInfrastructure) {
    World world;
    world.provisioner.failing["a"] = Error{ErrorCode::MissingTool, "nix is not installed", "install it", {}};
    EXPECT_EQ(world.run(planOf({job("a")})).exitStatus, 3);
    EXPECT_EQ(world.journal.job("a")->outcome.hint, "install it");
}

TEST(RunLoop, AMissingExecutorIsInfrastructureForThatJobOnly) {
    World world;
    plan::Job made = job("b");
    made.executor.kind = "moon";
    EXPECT_EQ(world.run(planOf({job("a"), made})).exitStatus, 3);
    EXPECT_TRUE(world.journal.job("a")->outcome.ok());
    EXPECT_EQ(world.journal.job("b")->outcome.kind, OutcomeKind::Infrastructure);
}

TEST(RunLoop, StrayExceptionsOfAnyPortEndAsInfrastructure) {
    for (const std::string where : {"open", "prepare", "close", "save", "run", "env"}) {
        World world;
        world.executor.siteScript = [&](const exec::Place& place) {
            return SiteScript{.throwsIn = place.job->name == "a" ? where : ""};
        };
        world.executor.script = [&](const exec::StepSpec& spec) {
            return Script{.throws = where == "run" && spec.ref.job == "a" ? "boom" : ""};
        };
        world.env.throwsFor = where == "env" ? "a" : "";
        plan::Job made = job("a");
        made.outputs = {{"x", "x", false}};
        const auto report = world.run(planOf({made, job("b")}));
        EXPECT_EQ(report.exitStatus, where == "close" ? 0 : 3) << where;
        EXPECT_TRUE(world.journal.job("b")->outcome.ok());
        expectClean(world);
    }
}

TEST(RunLoop, PrepareAndOpenFailuresAreInfrastructureAndClosedOnce) {
    World world;
    world.executor.siteScript = [](const exec::Place& place) {
        SiteScript site;
        if (place.job->name == "a") {
            site.open = fail(ErrorCode::DiskFull, "no space");
        } else {
            site.prepare = fail(ErrorCode::Permission, "not allowed");
        }
        return site;
    };
    EXPECT_EQ(world.run(planOf({job("a"), job("b")})).exitStatus, 3);
    EXPECT_EQ(world.executor.steps, 0);
    EXPECT_EQ(world.executor.opened, 1);
    expectClean(world);
}

TEST(RunLoop, ALogThatCannotBeOpenedIsNotASilentSuccess) {
    World world;
    world.logs.openFails = Error{ErrorCode::DiskFull, "no space for the log", {}, {}};
    EXPECT_EQ(world.run(planOf({job("a")})).exitStatus, 3);
    expectClean(world);
}

TEST(RunLoop, ALogThatCannotBeFinishedIsNotASilentSuccess) {
    World world;
    world.logs.finishFails = Error{ErrorCode::DiskFull, "no space for the log", {}, {}};
    EXPECT_EQ(world.run(planOf({job("a")})).exitStatus, 3);
}

TEST(RunLoop, SlotsBoundWhatRuns) {
    World world;
    world.options.slots = 3;
    world.executor.script = [](const exec::StepSpec&) { return Script{.sleep = Millis{1000}}; };
    std::vector<plan::Job> jobs;
    for (int i = 0; i < 10; ++i) {
        jobs.push_back(job("j" + std::to_string(i)));
    }
    EXPECT_EQ(world.run(planOf(std::move(jobs))).exitStatus, 0);
    EXPECT_EQ(world.executor.mostOpen, 3);
    EXPECT_EQ(world.clock.elapsed(), Millis{4000});
}

TEST(RunLoop, ARetriedJobGetsAFreshPlace) {
    World world;
    plan::Job made = job("a");
    made.jobRetry = attempts(2);
    world.executor.script = [](const exec::StepSpec& spec) {
        return Script{.outcome = spec.ref.attempt == 1 ? Outcome::failedExit(1) : Outcome::succeeded()};
    };
    EXPECT_EQ(world.run(planOf({made})).exitStatus, 0);
    EXPECT_EQ(world.executor.opened, 2);
    EXPECT_EQ(world.clock.elapsed(), Millis{1000});
    expectClean(world);
}

TEST(RunLoop, MatrixMembersSeeTheirValues) {
    World world;
    plan::Job list = job("list");
    list.results = {"all"};
    world.executor.script = [](const exec::StepSpec& spec) {
        Script script;
        if (spec.ref.job == "list") {
            script.outputs = {{"all", R"(["x","y"])"}};
        }
        return script;
    };
    plan::Job build = job("build", {"list"});
    build.matrix.axes = {{"os", {}, plan::Value{plan::Value::Kind::Result, "all", "list"}}};
    EXPECT_EQ(world.run(planOf({list, build, job("end", {"build"})})).exitStatus, 0);
    const exec::StepSpec* spec = world.executor.spec("build-os-y", "run");
    ASSERT_NE(spec, nullptr);
    const exec::Vars& top = spec->env.above.back();
    EXPECT_TRUE(std::any_of(top.begin(), top.end(), [](const exec::Var& var) {
        return var.name == "MATRIX_OS" && var.value == "y";
    }));
    EXPECT_TRUE(world.journal.job("end")->outcome.ok());
}

TEST(RunLoop, AnEmptyPlanIsNotGreen) {
    World world;
    EXPECT_EQ(world.run(planOf({})).exitStatus, 1);
}

TEST(RunLoop, ACancelBeforeTheStartRunsNothing) {
    World world;
    world.control->cancel(2);
    EXPECT_EQ(world.run(planOf({job("a"), job("b", {"a"})})).exitStatus, 130);
    EXPECT_EQ(world.executor.opened, 0);
    EXPECT_EQ(world.journal.job("b")->outcome.skip, SkipReason::Cancelled);
}

TEST(RunLoop, AListenerMayCancelFromWithinAnEvent) {
    World world;
    world.journal.onEvent = [&](const event::Event& event) {
        if (std::holds_alternative<event::StepStarted>(event.body)) {
            world.control->cancel(2);
        }
    };
    world.executor.script = [](const exec::StepSpec&) { return Script{.sleep = Millis{60000}}; };
    EXPECT_EQ(world.run(planOf({job("a"), job("b", {"a"})})).exitStatus, 130);
    EXPECT_EQ(world.clock.elapsed(), Millis{0}) << "the step that was about to start must not be missed";
    expectClean(world);
}

TEST(RunLoop, EveryLogHidesTheSecretsOfJobAndStep) {
    World world;
    world.env.base.redact = {"of the job"};
    world.executor.script = [](const exec::StepSpec&) { return Script{.print = "x"}; };
    plan::Job made = job("a");
    made.condition.bash = "true";
    made.steps = {step("s", When::Always, "true")};
    made.steps[0].env = {{"T", {plan::Value::Kind::Secret, "of the step", ""}}};
    world.run(planOf({made}));
    const std::vector<std::string> both{"of the job", "of the step"};
    EXPECT_EQ(world.logs.redacted.at(TryRef{"a", 1, 0, 1}), both);
    EXPECT_EQ(world.logs.redacted.at(TryRef{"a", 1, 0, 0}), both) << "a condition sees the step's secrets";
    EXPECT_EQ(world.logs.redacted.at(TryRef{"a", 1, -1, 1}), std::vector<std::string>{"of the job"});
    expectClean(world);
}

TEST(RunLoop, TheHandleAndEveryLogAreAccountedFor) {
    World world;
    world.executor.script = [](const exec::StepSpec& spec) { return Script{.print = spec.name + "\n"}; };
    plan::Job made = job("a");
    made.steps = {step("s", When::Always, "true")};
    world.run(planOf({made}));
    EXPECT_EQ(world.logs.text.at(TryRef{"a", 1, 0, 1}), "s\n");
    EXPECT_EQ(world.logs.text.at(TryRef{"a", 1, 0, 0}), "s\n") << "what a condition printed is kept too";
    EXPECT_EQ(world.logs.finished.size(), 2U);
    expectClean(world);
}

} // namespace
} // namespace cirque::testing
