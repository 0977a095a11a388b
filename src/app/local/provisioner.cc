// SPDX-License-Identifier: Apache-2.0
#include "app/local/provisioner.hh"

namespace cirque::app {

io::Task<Result<void>> ProvisionerPort::provision(std::shared_ptr<const plan::Job> job,
                                                  std::shared_ptr<exec::OutputSink> log, io::StopToken stop) {
    nix::Wanted wanted;
    for (const plan::Step& step : job->steps) {
        for (const plan::Derivation& derivation : step.closure.derivations) {
            wanted.derivations.push_back({derivation.drv, derivation.outputs});
        }
        wanted.paths.insert(wanted.paths.end(), step.closure.paths.begin(), step.closure.paths.end());
    }
    if (wanted.derivations.empty() && wanted.paths.empty()) {
        co_return Result<void>{};
    }
    std::optional<Error> unwritten;
    const nix::LogSink sink = [&](std::string_view bytes) {
        if (auto written = log->write(bytes, false); !written && !unwritten) {
            unwritten = std::move(written.error());
        }
    };
    Result<void> realised = co_await store_.realise(std::move(wanted), sink, std::move(stop));
    if (realised && unwritten) {
        co_return fail(std::move(*unwritten));
    }
    co_return realised;
}

} // namespace cirque::app
