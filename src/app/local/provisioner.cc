// SPDX-License-Identifier: Apache-2.0
#include "app/local/provisioner.hh"

#include "app/local/progress-target.hh"
#include "plan/effective.hh"

#include <unistd.h>

#include <algorithm>

namespace cirque::app {
namespace {

nix::StoreOptions optionsOf(const config::Environment& environment, std::string rootsFolder, int slots) {
    const long processors = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
    const int sharers = std::max(1, slots);
    return {.environment = environment.variables(),
            .rootsFolder = std::move(rootsFolder),
            .cores = (static_cast<int>(processors) + sharers - 1) / sharers,
            .lookAhead = {}};
}

} // namespace

ProvisionerPort::ProvisionerPort(const config::Environment& environment, std::string rootsFolder, int slots,
                                 engine::Journal& journal)
    : journal_(journal),
      store_(std::make_shared<nix::Store>(optionsOf(environment, std::move(rootsFolder), slots))) {}

void ProvisionerPort::expect(const plan::Plan& plan, const plan::Job& job) {
    const auto always = [](const plan::Condition& condition) {
        return condition.bash.empty() &&
               (condition.when == plan::When::Success || condition.when == plan::When::Always);
    };
    if (job.steps.size() != 1 || !job.needs.empty() || !job.matrix.axes.empty() || !always(job.condition)) {
        return;
    }
    const plan::Step& step = job.steps.front();
    const auto* build = std::get_if<plan::BuildRun>(&step.action);
    if (build != nullptr && always(step.condition) && !plan::stepTimeout(plan, job, step) &&
        !plan::jobDeadline(job)) {
        store_->expect({build->derivation.drv, build->derivation.outputs});
    }
}

io::Task<Result<void>> ProvisionerPort::provision(plan::Closure needed, TryRef ref,
                                                  std::shared_ptr<exec::OutputSink> log, io::StopToken stop) {
    if (needed.derivations.empty() && needed.paths.empty()) {
        co_return Result<void>{};
    }
    nix::Wanted wanted;
    for (plan::Derivation& derivation : needed.derivations) {
        wanted.derivations.push_back({std::move(derivation.drv), std::move(derivation.outputs)});
    }
    wanted.paths = std::move(needed.paths);
    nix::Wanted& all = (*provisioned_)[ref.job];
    all.derivations.insert(all.derivations.end(), wanted.derivations.begin(), wanted.derivations.end());
    all.paths.insert(all.paths.end(), wanted.paths.begin(), wanted.paths.end());
    ProgressTarget target(std::move(ref), std::move(log), journal_);
    Result<void> realised = co_await store_->realise(std::move(wanted), target.watch(), std::move(stop));
    co_return target.settle(std::move(realised));
}

io::Task<Result<engine::Built>> ProvisionerPort::build(plan::Derivation derivation, TryRef ref,
                                                       std::shared_ptr<exec::OutputSink> log,
                                                       io::StopToken stop) {
    ProgressTarget target(std::move(ref), std::move(log), journal_);
    nix::Derivation wanted{std::move(derivation.drv), std::move(derivation.outputs)};
    Result<nix::BuiltPaths> built =
        co_await store_->build(std::move(wanted), target.watch(), std::move(stop));
    built = target.settle(std::move(built));
    if (!built) {
        co_return fail(std::move(built).error());
    }
    engine::Built out{built->cached, std::move(built->outputs)};
    co_return out;
}

} // namespace cirque::app
