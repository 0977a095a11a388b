// SPDX-License-Identifier: Apache-2.0
// Why a run took as long as it did: the chain of jobs, each needing the one before, that took longest. Pure.
#pragma once

#include "report/model/model.hh"

#include <cstddef>
#include <vector>

namespace cirque::report {

struct CriticalPath {
    std::vector<std::size_t> jobs; // places in the model, first to last; empty: no job needs another
    Millis duration{0};            // the sum of what they took
};

// Linear in jobs and needs. Only jobs that ran count, and none on a cycle (an event log that lies).
CriticalPath criticalPath(const RunModel& model);

} // namespace cirque::report
