// SPDX-License-Identifier: Apache-2.0
// Thousands of generated runs against the naive reference: with every slot free the engine must say exactly
// what the contract's definition says; with few slots the invariants must still hold.
#include "tests/support/fake-ports.hh"
#include "tests/unit/engine/simulation.hh"

#include <gtest/gtest.h>

namespace cirque::testing {
namespace {

void expectSame(const ExpectedRun& got, const ExpectedRun& wanted, unsigned seed) {
    ASSERT_EQ(got.jobs.size(), wanted.jobs.size());
    for (std::size_t i = 0; i < got.jobs.size(); ++i) {
        EXPECT_EQ(got.jobs[i].text(), wanted.jobs[i].text()) << "seed " << seed << ", job j" << i;
    }
    EXPECT_EQ(got.exitStatus, wanted.exitStatus) << "seed " << seed;
}

TEST(RandomGraphs, TheMachineAgreesWithTheReferenceInCalmRuns) {
    for (unsigned seed = 0; seed < 3000 && !HasFailure(); ++seed) {
        const RandomRun run = randomRun(seed, false);
        const Simulated got = simulate(run);
        EXPECT_TRUE(got.broken.empty()) << "seed " << seed << ": " << got.broken.front();
        expectSame(got.run, expectedRun(run), seed);
    }
}

TEST(RandomGraphs, TheMachineAgreesWithTheReferenceWhenDisturbed) {
    int cancelled = 0;
    for (unsigned seed = 0; seed < 5000 && !HasFailure(); ++seed) {
        const RandomRun run = randomRun(seed, true);
        const Simulated got = simulate(run);
        EXPECT_TRUE(got.broken.empty()) << "seed " << seed << ": " << got.broken.front();
        expectSame(got.run, expectedRun(run), seed);
        cancelled += got.run.exitStatus >= 124 ? 1 : 0;
    }
    EXPECT_GT(cancelled, 500) << "the generator must disturb many runs, or this test proves little";
}

TEST(RandomGraphs, FewSlotsChangeNoOutcomeOfACalmRun) {
    for (unsigned seed = 0; seed < 1000 && !HasFailure(); ++seed) {
        RandomRun run = randomRun(seed, false);
        run.slots = 1 + static_cast<int>(seed % 3);
        const Simulated got = simulate(run);
        EXPECT_TRUE(got.broken.empty()) << "seed " << seed << ": " << got.broken.front();
        expectSame(got.run, expectedRun(run), seed);
    }
}

TEST(RandomGraphs, FewSlotsAndDisturbanceBreakNoInvariant) {
    for (unsigned seed = 0; seed < 2000 && !HasFailure(); ++seed) {
        RandomRun run = randomRun(seed, true);
        run.slots = 1 + static_cast<int>(seed % 3);
        const Simulated got = simulate(run);
        EXPECT_TRUE(got.broken.empty()) << "seed " << seed << ": " << got.broken.front();
    }
}

// The whole loop with the null executor: a job's script becomes its step, or its condition when that says no.
ExpectedRun runInWorld(const RandomRun& run, World& world) {
    world.options.slots = run.slots;
    world.options.failFast = run.failFast;
    world.options.cleanupBudget = run.cleanupBudget;
    for (const auto& signal : {run.firstSignal, run.secondSignal}) {
        if (signal) {
            world.cancels.emplace_back(*signal, 2);
        }
    }
    world.executor.script = [&run](const exec::StepSpec& spec) {
        const JobScript& job = run.scripts[static_cast<std::size_t>(std::stoi(spec.ref.job.substr(1)))];
        const auto nth = static_cast<std::size_t>(spec.ref.attempt - 1);
        Script script{.sleep = job.lasts[nth], .outcome = job.outcomes[nth], .grace = job.linger};
        const bool skips = script.outcome.kind == OutcomeKind::Skipped;
        if (spec.isCondition && !skips) {
            return Script{};
        }
        script.outcome = skips ? Outcome::failedExit(1) : script.outcome;
        return script;
    };
    ExpectedRun got;
    got.exitStatus = world.run(run.plan).exitStatus;
    for (const plan::Job& job : run.plan.jobs) {
        const auto done = world.journal.job(job.name);
        if (!done) {
            ADD_FAILURE() << job.name << " never ended";
            continue;
        }
        got.jobs.push_back(
            {done->outcome.kind, done->outcome.skip, done->outcome.timeout, done->tolerated, {}});
    }
    return got;
}

TEST(RandomGraphs, TheLoopAgreesWithTheReference) {
    for (unsigned seed = 0; seed < 1000 && !HasFailure(); ++seed) {
        const RandomRun run = randomRun(seed, seed % 4 != 0);
        World world;
        expectSame(runInWorld(run, world), expectedRun(run), seed);
        EXPECT_EQ(world.executor.opened, world.executor.closed) << "seed " << seed;
        EXPECT_EQ(world.executor.afterClose, 0) << "seed " << seed;
        EXPECT_EQ(world.clock.sleepers(), 0U) << "seed " << seed;
        EXPECT_EQ(world.journal.all<event::JobFinished>().size(), run.plan.jobs.size()) << "seed " << seed;
    }
}

TEST(RandomGraphs, TheLoopNeverExceedsItsSlots) {
    for (unsigned seed = 0; seed < 300 && !HasFailure(); ++seed) {
        RandomRun run = randomRun(seed, true);
        run.slots = 1 + static_cast<int>(seed % 3);
        World world;
        runInWorld(run, world);
        EXPECT_LE(world.executor.mostOpen, run.slots) << "seed " << seed;
        EXPECT_EQ(world.executor.opened, world.executor.closed) << "seed " << seed;
    }
}

} // namespace
} // namespace cirque::testing
