// SPDX-License-Identifier: Apache-2.0
// The engine's Provisioner on this machine's Nix store: logs go to the try, progress to the journal.
#pragma once

#include "config/environment.hh"
#include "engine/api/ports.hh"
#include "nix/store/realise.hh"

#include <map>
#include <memory>
#include <string>

namespace cirque::app {

// What each job needs of the store, as far as its turn has come: all that was provisioned for it.
using Provisioned = std::map<std::string, nix::Wanted>;

class ProvisionerPort : public engine::Provisioner {
  public:
    // `rootsFolder` keeps what was built; it belongs to the run's work folder, or to a kept evaluation.
    // `slots`: how many jobs run at a time; the processors are shared out among them. `journal` outlives it.
    ProvisionerPort(const config::Environment& environment, std::string rootsFolder, int slots,
                    engine::Journal& journal);

    // `job` will be run as soon as there is a slot: what it builds may be built along with others
    // (nix::Store). Only a job that waits for nothing and has no time limit is expected; any other is
    // ignored.
    void expect(const plan::Plan& plan, const plan::Job& job);

    io::Task<Result<void>> provision(plan::Closure needed, TryRef ref, std::shared_ptr<exec::OutputSink> log,
                                     io::StopToken stop) override;
    io::Task<Result<engine::Built>> build(plan::Derivation derivation, TryRef ref,
                                          std::shared_ptr<exec::OutputSink> log, io::StopToken stop) override;

    [[nodiscard]] std::shared_ptr<const nix::Store> store() const { return store_; }

    [[nodiscard]] std::shared_ptr<const Provisioned> provisioned() const { return provisioned_; }

  private:
    engine::Journal& journal_;
    std::shared_ptr<nix::Store> store_;
    std::shared_ptr<Provisioned> provisioned_ = std::make_shared<Provisioned>();
};

} // namespace cirque::app
