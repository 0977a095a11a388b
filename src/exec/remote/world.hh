// SPDX-License-Identifier: Apache-2.0
// What an executor whose places run a cirque-agent is given of the run around it.
#pragma once

#include "agent/orphans.hh"
#include "base/ids.hh"
#include "base/time.hh"
#include "exec/local/ports.hh"
#include "exec/remote/ports.hh"
#include "workspace/job-names.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

struct AgentWorld {
    RunId run;
    std::string stateDir;      // Cirque's own folder: a place must not show it
    std::string tree;          // the project's folder: relative paths of options lie below it
    std::string workRoot;      // of this run on this machine; an executor works below workRoot/<its kind>
    std::string privateFolder; // of this run on this machine: 0700, on a tmpfs
    std::string agent;         // paths of the two programs on this machine
    std::string leader;        //
    std::string hostPath;      // the caller's PATH
    std::vector<std::string> environment;        // the caller's, "K=V": for the programs that make places
    std::string system;                          // "x86_64-linux"
    std::shared_ptr<agent::LeaderSet> leaders{}; // one for the process
    Millis grace{10000};
    bool keep = false; // leave the jobs' folders
    Workspaces& workspaces;
    Artifacts& artifacts;
    Closures& closures;
};

} // namespace cirque::exec
