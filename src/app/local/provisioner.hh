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
    // `rootsFolder` goes away with the run's work folder.
    ProvisionerPort(const config::Environment& environment, std::string rootsFolder)
        : store_(environment.variables(), std::move(rootsFolder)) {}

    io::Task<Result<void>> provision(std::shared_ptr<const plan::Job> job,
                                     std::shared_ptr<exec::OutputSink> log, io::StopToken stop) override;

  private:
    nix::Store store_;
};

} // namespace cirque::app
