// SPDX-License-Identifier: Apache-2.0
// Generated runs, each repeated: the first as it comes, with failures, cancels and deadlines; the second with
// only what failed, in the real engine.
#include "app/local/rerun.hh"

#include "tests/support/fake-ports.hh"
#include "tests/support/plans.hh"
#include "tests/unit/engine/random-run.hh"

#include <gtest/gtest.h>

#include <set>

namespace cirque::testing {
namespace {

// The journal of a run of `run` in `world`; what each attempt does comes from its script, or always succeeds.
history::RunRecord runIn(World& world, const RandomRun& run, bool good) {
    world.options.slots = 1 + static_cast<int>(run.plan.jobs.size() % 3);
    world.executor.script = [&run, good](const exec::StepSpec& spec) {
        const JobScript& job = run.scripts[static_cast<std::size_t>(std::stoi(spec.ref.job.substr(1)))];
        const auto nth = static_cast<std::size_t>(spec.ref.attempt - 1);
        Script script{.sleep = job.lasts[nth], .outcome = job.outcomes[nth], .grace = job.linger};
        const bool skips = script.outcome.kind == OutcomeKind::Skipped;
        if (good || (spec.isCondition && !skips)) {
            return Script{};
        }
        script.outcome = skips ? Outcome::failedExit(1) : script.outcome;
        return script;
    };
    world.run(run.plan);
    history::Recorder recorder(RunId::make(1));
    for (const event::Event& event : world.journal.events()) {
        recorder.add(event);
    }
    return std::move(recorder).take();
}

TEST(RerunFailed, IsGreenWhenEverythingSucceedsNowAndRunsNothingThatSucceeded) {
    int repaired = 0;
    for (unsigned seed = 0; seed < 1000 && !HasFailure(); ++seed) {
        RandomRun run = randomRun(seed, true);
        World first;
        first.options.failFast = run.failFast;
        if (run.firstSignal) {
            first.cancels.emplace_back(*run.firstSignal, 2);
        }
        const history::RunRecord record = runIn(first, run, false);
        World second;
        run.plan.deadline = {};
        second.options.settled = app::chooseReused(record, run.plan).settled;
        const history::RunRecord after = runIn(second, run, true);
        const auto finished = second.journal.all<event::RunFinished>();
        ASSERT_EQ(finished.size(), 1U);
        EXPECT_EQ(finished[0].exitStatus, 0) << "seed " << seed;
        for (const auto& [name, job] : record.jobs) {
            const bool good = job.outcome && (job.outcome->ok() || job.tolerated);
            const auto started = second.journal.all<event::JobStarted>();
            const bool ran = std::ranges::any_of(started, [&](const auto& one) { return one.job == name; });
            EXPECT_FALSE(good && ran) << "seed " << seed << ": " << name << " ran twice";
            EXPECT_TRUE(after.jobs.at(name).outcome) << "seed " << seed << ": " << name << " has no verdict";
            EXPECT_TRUE(!good || !after.jobs.at(name).reusedFrom.empty()) << "seed " << seed << ": " << name;
        }
        repaired += first.journal.all<event::RunFinished>().at(0).exitStatus != 0 ? 1 : 0;
    }
    EXPECT_GT(repaired, 300) << "the generator must break many runs, or this test proves little";
}

// What a rerun takes over may not turn a failure into a success.
TEST(RerunFailed, IsNeverGreenerThanWhatItRuns) {
    int red = 0;
    for (unsigned seed = 0; seed < 1000 && !HasFailure(); ++seed) {
        const RandomRun run = randomRun(seed, false);
        World first;
        const history::RunRecord record = runIn(first, run, false);
        const int status = first.journal.all<event::RunFinished>().at(0).exitStatus;
        World second;
        second.options.settled = app::chooseReused(record, run.plan).settled;
        (void)runIn(second, run, false); // everything does what it did
        EXPECT_EQ(second.journal.all<event::RunFinished>().at(0).exitStatus, status) << "seed " << seed;
        red += status != 0 ? 1 : 0;
    }
    EXPECT_GT(red, 300);
}

TEST(RerunFailed, ResultsAndArtifactsAreTold) {
    history::RunRecord record;
    record.id = RunId::make(1);
    record.jobs["a"].outcome = Outcome::succeeded();
    record.jobs["a"].results = {{"v", "1"}};
    record.jobs["a"].artifacts = {{"a", "dist", "out", 1, 1, "00"}};
    World world;
    plan::Plan plan = planOf({job("a"), job("b", {"a"})});
    world.options.settled = app::chooseReused(record, plan).settled;
    EXPECT_EQ(world.run(plan).exitStatus, 0);
    ASSERT_EQ(world.journal.all<event::ResultExported>().size(), 1U);
    EXPECT_EQ(world.journal.all<event::ResultExported>()[0].value, "1");
    ASSERT_EQ(world.journal.all<event::ArtifactSaved>().size(), 1U);
    EXPECT_EQ(world.journal.job("a")->reusedFrom, record.id.text());
    EXPECT_EQ(world.executor.steps, 1);
}

} // namespace
} // namespace cirque::testing
