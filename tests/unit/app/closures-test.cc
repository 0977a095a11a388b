// SPDX-License-Identifier: Apache-2.0
// What of the store a job stands on, as its plan says it.
#include "app/local/closures-port.hh"
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

namespace cirque::app {
namespace {

plan::Step stepWith(plan::Closure closure) {
    plan::Step step;
    step.action = plan::BashRun{":"};
    step.closure = std::move(closure);
    return step;
}

plan::Step buildOf(std::string drv, std::vector<std::string> outputs) {
    plan::Step step;
    step.action = plan::BuildRun{{std::move(drv), std::move(outputs)}};
    return step;
}

std::vector<std::string> namesIn(const nix::Wanted& wanted) {
    std::vector<std::string> out = wanted.paths;
    for (const nix::Derivation& derivation : wanted.derivations) {
        for (const std::string& name : nix::namesOf(derivation)) {
            out.push_back(name);
        }
    }
    return out;
}

TEST(WantedOf, StepsAndResultsOfNeeds) {
    plan::Plan plan;
    plan::Job make;
    make.name = "make";
    make.results = {"out"};
    make.steps = {buildOf("/s/a.drv", {"dev", "out"}), buildOf("/s/b.drv", {"bin"})};
    plan::Job quiet;
    quiet.name = "quiet";
    quiet.steps = {buildOf("/s/c.drv", {"*"})};
    plan::Job job;
    job.name = "job";
    job.needs = {"make", "quiet", "gone"};
    job.steps = {stepWith({{{"/s/d.drv", {"out"}}}, {"/s/src"}, {}, {}}),
                 stepWith({{}, {"/s/more"}, {}, {}})};
    plan.jobs = {make, quiet, job};
    EXPECT_EQ(namesIn(wantedOf(plan, job)),
              (std::vector<std::string>{"/s/src", "/s/more", "/s/d.drv!out", "/s/a.drv!out"}));
    EXPECT_TRUE(namesIn(wantedOf(plan, make)).empty()) << "what a build step builds is no need of it";
}

// Wrong: each job of a plan without Nix pays for a process; here there is no Nix at all.
TEST(ClosuresPort, WithoutStorePathsNoProcess) {
    const config::Environment none({{"PATH", "/nowhere"}});
    ClosuresPort port(none);
    nix::StoreOptions options;
    options.environment = none.variables();

    struct Nothing : engine::Journal {
        Result<void> append(std::vector<event::Body> /*bodies*/) override { return {}; }
    } journal;

    port.attach(std::make_shared<nix::Store>(options), journal);
    const auto plan = std::make_shared<plan::Plan>();
    auto job = std::make_shared<plan::Job>();
    job->steps = {stepWith({})};
    std::optional<Result<exec::StoreClosure>> got;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> { got = co_await port.of(plan, job, {}); });
    ASSERT_TRUE(*got) << got->error().text();
    EXPECT_TRUE((*got)->paths.empty());
}

} // namespace
} // namespace cirque::app
