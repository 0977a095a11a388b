// SPDX-License-Identifier: Apache-2.0
// The sandbox of one attempt.
#pragma once

#include "exec/remote/ports.hh"
#include "exec/remote/transport.hh"
#include "exec/sandbox/bwrap.hh"
#include "exec/sandbox/options.hh"
#include "exec/sandbox/trial.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

struct SandboxJob {
    std::shared_ptr<const plan::Plan> plan;
    std::shared_ptr<const plan::Job> job;
    SandboxOptions options;
    std::vector<std::string> hidden; // folders of this machine that no mount may show
};

class SandboxTransport : public Transport {
  public:
    // `closures` must outlive it.
    SandboxTransport(SandboxSpec spec, SandboxJob job, Closures& closures)
        : spec_(std::move(spec)), job_(std::move(job)), closures_(closures) {}

    io::Task<Result<AgentPlace>> open(std::shared_ptr<OutputSink> log, io::StopToken stop) override;

    // The sandbox ends with its first process, which is the agent.
    io::Task<Result<void>> close(io::StopToken stop) override;

  private:
    Result<void> look(const StoreClosure& closure);
    [[nodiscard]] std::string storeOfBuilds() const;

    SandboxSpec spec_;
    SandboxJob job_;
    Closures& closures_;
    std::vector<io::UniqueFd> files_; // that bwrap reads when it starts
};

} // namespace cirque::exec
