// SPDX-License-Identifier: Apache-2.0
// The single examinations; doctor.cc holds them in one table. Each gives one or more findings and never
// fails.
#pragma once

#include "doctor/doctor.hh"

namespace cirque::doctor {

using Findings = std::vector<Finding>;

io::Task<Findings> checkBash(const Machine* machine, io::StopToken stop);
io::Task<Findings> checkGit(const Machine* machine, io::StopToken stop);
io::Task<Findings> checkNix(const Machine* machine, io::StopToken stop);
io::Task<Findings> checkEvaluation(const Machine* machine, io::StopToken stop);
io::Task<Findings> checkFlakes(const Machine* machine, io::StopToken stop);
io::Task<Findings> checkStore(const Machine* machine, io::StopToken stop);
io::Task<Findings> checkBuild(const Machine* machine, io::StopToken stop);
io::Task<Findings> checkSsh(const Machine* machine, io::StopToken stop);

// These look at files and the kernel only, or at what the machine was found to be, and block for moments.
Findings checkPlaces(const Machine& machine);
Findings checkLeader(const Machine& machine);
Findings checkKernel(const Machine& machine);
Findings checkState(const Machine& machine);
Findings checkPrivate(const Machine& machine);
Findings checkWatches(const Machine& machine);
Findings checkTerminal(const Machine& machine);

} // namespace cirque::doctor
