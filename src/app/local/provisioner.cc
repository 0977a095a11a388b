// SPDX-License-Identifier: Apache-2.0
#include "app/local/provisioner.hh"

#include <optional>

namespace cirque::app {
namespace {

// Writes to a try's log; keeps the first failure, which must not pass for the build's own.
class LogTarget {
  public:
    explicit LogTarget(std::shared_ptr<exec::OutputSink> log) : log_(std::move(log)) {}

    nix::LogSink sink() {
        return [this](std::string_view bytes) {
            if (auto written = log_->write(bytes, false); !written && !unwritten_) {
                unwritten_ = std::move(written.error());
            }
        };
    }

    template <class T>
    Result<T> settle(Result<T> result) {
        return result && unwritten_ ? Result<T>(fail(std::move(*unwritten_))) : std::move(result);
    }

  private:
    std::shared_ptr<exec::OutputSink> log_;
    std::optional<Error> unwritten_;
};

} // namespace

io::Task<Result<void>> ProvisionerPort::provision(plan::Closure needed, TryRef /*ref*/,
                                                  std::shared_ptr<exec::OutputSink> log, io::StopToken stop) {
    if (needed.derivations.empty() && needed.paths.empty()) {
        co_return Result<void>{};
    }
    nix::Wanted wanted;
    for (plan::Derivation& derivation : needed.derivations) {
        wanted.derivations.push_back({std::move(derivation.drv), std::move(derivation.outputs)});
    }
    wanted.paths = std::move(needed.paths);
    LogTarget target(std::move(log));
    Result<void> realised = co_await store_.realise(std::move(wanted), target.sink(), std::move(stop));
    co_return target.settle(std::move(realised));
}

io::Task<Result<engine::Built>> ProvisionerPort::build(plan::Derivation derivation, TryRef /*ref*/,
                                                       std::shared_ptr<exec::OutputSink> log,
                                                       io::StopToken stop) {
    LogTarget target(std::move(log));
    nix::Derivation wanted{std::move(derivation.drv), std::move(derivation.outputs)};
    Result<nix::BuiltPaths> built = co_await store_.build(std::move(wanted), target.sink(), std::move(stop));
    built = target.settle(std::move(built));
    if (!built) {
        co_return fail(std::move(built).error());
    }
    engine::Built out{built->cached, std::move(built->outputs)};
    co_return out;
}

} // namespace cirque::app
