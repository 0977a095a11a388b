// SPDX-License-Identifier: Apache-2.0
// The engine's Provisioner on this machine's Nix store.
#pragma once

#include "config/environment.hh"
#include "engine/api/ports.hh"
#include "nix/store/realise.hh"

#include <string>

namespace cirque::app {

class ProvisionerPort : public engine::Provisioner {
  public:
    // `rootsFolder` keeps what was built; it belongs to the run's work folder, or to a kept evaluation.
    ProvisionerPort(const config::Environment& environment, std::string rootsFolder)
        : store_(environment.variables(), std::move(rootsFolder)) {}

    io::Task<Result<void>> provision(plan::Closure needed, TryRef ref, std::shared_ptr<exec::OutputSink> log,
                                     io::StopToken stop) override;
    io::Task<Result<engine::Built>> build(plan::Derivation derivation, TryRef ref,
                                          std::shared_ptr<exec::OutputSink> log, io::StopToken stop) override;

  private:
    nix::Store store_;
};

} // namespace cirque::app
