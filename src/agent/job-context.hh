// SPDX-License-Identifier: Apache-2.0
// What the runner must know of the place and of the job it works for.
#pragma once

#include "agent/orphans.hh"
#include "base/time.hh"
#include "io/process/loopback.hh"
#include "plan/types.hh"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cirque::agent {

// As io::askLoopback.
using AskLoopback =
    std::function<io::Task<io::NoAnswer>(io::HttpQuestion question, Millis limit, io::StopToken stop)>;

struct JobContext {
    std::string jobFolder;     // exists
    std::string privateFolder; // exists, 0700, on a tmpfs; for this attempt alone
    std::string toolsFolder;   // need not exist; where programs may be executed (a tmpfs may forbid it)
    std::string leader;        // path of cirque-leader
    std::string bash;          // path of bash; empty when this place has none
    std::vector<std::string> environment; // of the place, "K=V": for the engine of containers
    AskLoopback ask;                      // the loopback where services listen; empty: that of this process
    std::string hostPath; // PATH of the place: for tools when a step has no PATH, and for `env`
    Millis grace{10000};  // between TERM and KILL
    std::shared_ptr<const plan::Plan> plan; // host tools and generated files; may be null
    std::shared_ptr<LeaderSet> leaders;     // one for the process
};

} // namespace cirque::agent
