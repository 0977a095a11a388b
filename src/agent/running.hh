// SPDX-License-Identifier: Apache-2.0
// A process tree under its leader, with the pipes that take what it prints.
#pragma once

#include "agent/leader.hh"
#include "agent/output-pipe.hh"

#include <memory>

namespace cirque::agent {

struct Running {
    std::shared_ptr<Leader> leader;
    std::shared_ptr<OutputPipe> out;
    std::shared_ptr<OutputPipe> err; // null: one pipe for both
};

// Waits for the tree to be gone: `grace` and a little more; a leader that does not answer is ended from
// outside. False: something lives on.
io::Task<bool> endTree(std::shared_ptr<Leader> leader, Millis grace);

// How a step or a service that was stopped counts; `what` names it.
Outcome stoppedOutcome(const io::StopToken& stop, std::string_view what);

} // namespace cirque::agent
