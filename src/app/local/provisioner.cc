// SPDX-License-Identifier: Apache-2.0
#include "app/local/provisioner.hh"

#include "plan/effective.hh"

#include <unistd.h>

#include <algorithm>
#include <optional>

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

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

// Where the text and the progress of one try go. Keeps the first failure to write, which must not pass for
// the build's own.
class Target {
  public:
    Target(TryRef ref, std::shared_ptr<exec::OutputSink> log, engine::Journal& journal)
        : ref_(std::move(ref)), log_(std::move(log)), journal_(journal) {}

    nix::Watch watch() {
        return {.log = [this](std::string_view bytes) { write(bytes); },
                .progress = [this](const nix::Measure& measure) { tell(measure); }};
    }

    template <class T>
    Result<T> settle(Result<T> result) {
        return result && unwritten_ ? Result<T>(fail(std::move(*unwritten_))) : std::move(result);
    }

  private:
    void write(std::string_view bytes) {
        if (auto written = log_->write(bytes, false); !written && !unwritten_) {
            unwritten_ = std::move(written.error());
        }
    }

    void tell(const nix::Measure& measure) {
        const nix::Counts& counts = measure.counts;
        std::vector<event::Body> bodies;
        bodies.emplace_back(event::BuildProgress{
            ref_, number(counts.built), number(counts.toBuild), number(counts.fetched),
            number(counts.toFetch), number(counts.bytes), number(counts.bytesToFetch), measure.current});
        (void)journal_.append(std::move(bodies)); // a failure is kept by the journal and ends the run
    }

    TryRef ref_;
    std::shared_ptr<exec::OutputSink> log_;
    engine::Journal& journal_;
    std::optional<Error> unwritten_;
};

} // namespace

ProvisionerPort::ProvisionerPort(const config::Environment& environment, std::string rootsFolder, int slots,
                                 engine::Journal& journal)
    : journal_(journal), store_(optionsOf(environment, std::move(rootsFolder), slots)) {}

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
        store_.expect({build->derivation.drv, build->derivation.outputs});
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
    Target target(std::move(ref), std::move(log), journal_);
    Result<void> realised = co_await store_.realise(std::move(wanted), target.watch(), std::move(stop));
    co_return target.settle(std::move(realised));
}

io::Task<Result<engine::Built>> ProvisionerPort::build(plan::Derivation derivation, TryRef ref,
                                                       std::shared_ptr<exec::OutputSink> log,
                                                       io::StopToken stop) {
    Target target(std::move(ref), std::move(log), journal_);
    nix::Derivation wanted{std::move(derivation.drv), std::move(derivation.outputs)};
    Result<nix::BuiltPaths> built = co_await store_.build(std::move(wanted), target.watch(), std::move(stop));
    built = target.settle(std::move(built));
    if (!built) {
        co_return fail(std::move(built).error());
    }
    engine::Built out{built->cached, std::move(built->outputs)};
    co_return out;
}

} // namespace cirque::app
