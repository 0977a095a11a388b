// SPDX-License-Identifier: Apache-2.0
// One service while it is kept. Internal to service-*.cc.
#pragma once

#include "agent/container-commands.hh"
#include "agent/service-runner.hh"

namespace cirque::agent {

struct ServiceRunner::One {
    std::size_t index = 0;
    plan::Service service;
    PreparedStep program;
    std::optional<PreparedStep> probe;
    std::optional<ContainerStart> container; // of an image: `program` is the engine's client
    std::shared_ptr<ServiceLog> log;
    std::shared_ptr<Leader> leader; // of its last start
    io::StopSource stop;
    std::vector<std::string> secrets; // kept out of messages
    bool kept = false;                // keep() will set `over`
    int starts = 0;
    MonoTime began;
    std::optional<Outcome> late; // it was not up in time
    bool up = false;
    bool over = false; // it will not run again
    bool leftBehind = false;
    std::optional<Error> notRemoved; // its container
    Outcome outcome;
    io::Signal changed; // started, or over
};

} // namespace cirque::agent
