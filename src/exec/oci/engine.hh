// SPDX-License-Identifier: Apache-2.0
// The engine of containers as it is called for jobs; services from images are the agent's and call it, too.
#pragma once

#include "agent/engine-client.hh"
#include "exec/api/executor.hh"
#include "exec/oci/command.hh"

namespace cirque::exec {

using OciEngine = agent::EngineClient;

class NoLog : public OutputSink {
  public:
    Result<void> write(std::string_view /*bytes*/, bool /*late*/) override { return {}; }
};

} // namespace cirque::exec
