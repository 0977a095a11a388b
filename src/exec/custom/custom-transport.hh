// SPDX-License-Identifier: Apache-2.0
// A place that somebody else's scripts make and reach (docs/guide/own-executors.md).
#pragma once

#include "exec/remote/transport.hh"

#include <string>
#include <utility>
#include <vector>

namespace cirque::exec {

struct CustomSpec {
    std::string name;    // of the kind of place, for people
    std::string setup;   // scripts; may be empty
    std::string connect; // runs the command it is given ("$@") at the place
    std::string cleanup;
    std::string bash;                     // path of bash on this machine
    std::vector<std::string> environment; // of the scripts, "K=V"
    std::string agent;                    // path at the place
    AgentPlace place;                     // what is at the place; its `agent` is made by open
};

class CustomTransport : public Transport {
  public:
    explicit CustomTransport(CustomSpec spec) : spec_(std::move(spec)) {}

    io::Task<Result<AgentPlace>> open(std::shared_ptr<OutputSink> log, io::StopToken stop) override;
    io::Task<Result<void>> close(io::StopToken stop) override;

  private:
    [[nodiscard]] io::SpawnOptions script(const std::string& text, std::vector<std::string> words) const;

    CustomSpec spec_;
};

} // namespace cirque::exec
