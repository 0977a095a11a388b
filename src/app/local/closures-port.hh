// SPDX-License-Identifier: Apache-2.0
// exec::Closures on this machine's Nix store: what the run has realised, computed and copied once.
#pragma once

#include "app/local/provisioner.hh"
#include "config/environment.hh"
#include "engine/api/ports.hh"
#include "exec/remote/ports.hh"
#include "nix/store/closure.hh"
#include "nix/store/copy.hh"
#include "nix/store/place.hh"
#include "nix/store/realise.hh"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cirque::app {

class ClosuresPort : public exec::Closures {
  public:
    explicit ClosuresPort(const config::Environment& environment)
        : environment_(environment.variables()), closures_(environment_), copier_(environment_) {}

    // Before the first job: what realises for the run, and where progress goes. `journal` outlives the jobs.
    void attach(const ProvisionerPort& provisioner, engine::Journal& journal);

    io::Task<Result<exec::StoreClosure>> of(std::shared_ptr<const plan::Plan> plan,
                                            std::shared_ptr<const plan::Job> job,
                                            io::StopToken stop) override;
    io::Task<Result<void>> copyTo(exec::StoreTarget target, exec::StoreClosure closure, TryRef ref,
                                  std::shared_ptr<exec::OutputSink> log, io::StopToken stop) override;
    void forget(const std::string& uri) override;
    void tell(const TryRef& ref, const exec::HandOver& progress, bool last) override;

  private:
    io::Task<Result<void>> findPlace(io::StopToken stop);

    nix::Variables environment_;
    nix::Closures closures_;
    nix::Copier copier_;
    std::shared_ptr<const nix::Store> store_;
    std::shared_ptr<const Provisioned> provisioned_;
    engine::Journal* journal_ = nullptr;
    std::optional<nix::StorePlace> place_;
    std::map<TryRef, MonoTime> told_; // when the last progress of a try was told
};

} // namespace cirque::app
