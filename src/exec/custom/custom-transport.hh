// SPDX-License-Identifier: Apache-2.0
// A place that somebody else's scripts make and reach (docs/guide/own-executors.md).
#pragma once

#include "exec/custom/registry.hh"
#include "exec/custom/script.hh"
#include "exec/remote/transport.hh"

#include <string>
#include <utility>
#include <vector>

namespace cirque::exec {

// How long a cleanup may take; one that hangs must not keep the run.
inline constexpr ScriptLimits cleanupLimits{Millis{60000}, Millis{10000}, false};

struct CustomSpec {
    RegisteredPlace registered;           // with the cleanup script
    std::string setup;                    // may be empty
    std::string connect;                  // runs the command it is given ("$@") at the place
    std::string bash;                     // path of bash on this machine
    std::vector<std::string> environment; // of the scripts, "K=V"
    std::string agent;                    // path at the place
    AgentPlace place;                     // what is at the place; its `agent` is made by open
};

class CustomTransport : public Transport {
  public:
    CustomTransport(CustomSpec spec, CustomRegistry registry)
        : spec_(std::move(spec)), registry_(std::move(registry)) {}

    io::Task<Result<AgentPlace>> open(std::shared_ptr<OutputSink> log, io::StopToken stop) override;
    io::Task<Result<void>> close(io::StopToken stop) override;

  private:
    [[nodiscard]] Script script(std::string which, const std::string& text) const;

    CustomSpec spec_;
    CustomRegistry registry_;
    bool begun_ = false; // something may be there
};

} // namespace cirque::exec
