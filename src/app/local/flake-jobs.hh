// SPDX-License-Identifier: Apache-2.0
// The engine's JobSource on a flake: attributes become jobs while evaluators still work.
#pragma once

#include "engine/api/ports.hh"
#include "frontend/flake/open.hh"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cirque::app {

class FlakeJobs : public engine::JobSource {
  public:
    // `began`: when the evaluation began, for its event.
    FlakeJobs(frontend::OpenedFlake opened, const frontend::FlakeTarget& target, MonoTime began);

    // Where a run hears of it: `journal` gets notices and evaluation.finished; `keep` gets all jobs known
    // when the listing ends. Both outlive the run.
    void attach(engine::Journal& journal, std::function<Result<void>(const std::vector<plan::Job>&)> keep);

    void wantListedOrder() { stream_.setOrder(frontend::Order::AsListed); }

    // Evaluates; runs beside the calls of `next`, once. Ends when all is known, or by `end`.
    io::Task<> run() { return stream_.run(stop_.token()); }

    // Ends the evaluators: nobody wants more jobs.
    void end() { stop_.request(io::StopLevel::Graceful, io::StopReason::Shutdown); }

    io::Task<Result<std::vector<engine::NewJob>>> next(io::StopToken stop) override;

    // Of what `next` gave so far.
    [[nodiscard]] const std::vector<plan::Job>& jobs() const { return jobs_; }

    [[nodiscard]] const std::vector<std::pair<std::string, Error>>& errors() const { return errors_; }

    [[nodiscard]] std::string takeNotes() { return stream_.takeNotes(); }

  private:
    engine::NewJob settled(frontend::AttributeJob attribute);
    Result<void> finish();

    frontend::AttributeStream stream_;
    MonoTime began_;
    io::StopSource stop_;
    engine::Journal* journal_ = nullptr;
    std::function<Result<void>(const std::vector<plan::Job>&)> keep_;
    std::vector<plan::Job> jobs_;
    std::vector<std::pair<std::string, Error>> errors_;
};

// All jobs of `source`, for who wants to see and not to run them. Failures and stop: as `next`.
io::Task<Result<void>> drain(std::shared_ptr<FlakeJobs> source, io::StopToken stop);

} // namespace cirque::app
