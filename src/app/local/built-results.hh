// SPDX-License-Identifier: Apache-2.0
// What a run stands on before its jobs begin: the store paths its plan names, and what jobs of an earlier run
// have built and it takes over as their results. Kept from Nix's garbage collector, or found to be gone.
#pragma once

#include "config/environment.hh"
#include "engine/api/jobs.hh"
#include "history/record.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "plan/types.hh"

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace cirque::app {

using BuiltResults = std::map<std::string, std::vector<std::string>>; // by job: store paths

// Of the jobs that are settled. Pure.
BuiltResults builtResults(const history::RunRecord& record, const plan::Plan& plan,
                          const std::unordered_map<std::string, engine::Settled>& settled);

// What the jobs name that are not settled: derivations, which need not be built, and sources. Pure.
BuiltResults namedPaths(const plan::Plan& plan,
                        const std::unordered_map<std::string, engine::Settled>& settled);

// Makes roots below `folder`; what is gone is fetched where that is possible. Returns the jobs of which
// a path is not there. Without any paths no process; with them one or two, and as many for each job when
// something is gone. Blocks nothing. Stop: soon, with anything.
io::Task<std::set<std::string>> keepBuilt(config::Environment environment, std::string folder,
                                          BuiltResults results, io::StopToken stop);

} // namespace cirque::app
