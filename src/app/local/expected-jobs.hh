// SPDX-License-Identifier: Apache-2.0
// A JobSource whose jobs the Provisioner hears of as they come, before they get a slot.
#pragma once

#include "app/local/provisioner.hh"

namespace cirque::app {

class ExpectedJobs : public engine::JobSource {
  public:
    // All outlive it.
    ExpectedJobs(engine::JobSource& source, const plan::Plan& plan, ProvisionerPort& provisioner)
        : source_(source), plan_(plan), provisioner_(provisioner) {}

    io::Task<Result<std::vector<engine::NewJob>>> next(io::StopToken stop) override {
        Result<std::vector<engine::NewJob>> jobs = co_await source_.next(std::move(stop));
        if (jobs) {
            for (const engine::NewJob& job : *jobs) {
                if (!job.settled) {
                    provisioner_.expect(plan_, *job.job);
                }
            }
        }
        co_return jobs;
    }

  private:
    engine::JobSource& source_;
    const plan::Plan& plan_;
    ProvisionerPort& provisioner_;
};

} // namespace cirque::app
