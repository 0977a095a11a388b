// SPDX-License-Identifier: Apache-2.0
// What makes one kind of place: how it comes to be, how a cirque-agent is started there, how it goes away.
// All else about a job at another place is in AgentSite, once.
#pragma once

#include "base/result.hh"
#include "exec/api/executor.hh"
#include "io/process/process.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

class AgentConnection;

// The place, ready for its agent.
struct AgentPlace {
    // Starts cirque-agent at the place. Its standard input, output and error are set by the site.
    io::SpawnOptions agent;
    std::string leader;            // path of cirque-leader at the place
    std::string jobFolder;         // at the place; its last parts are jobs/<the job's name, sanitised>
    std::string toolsFolder;       // at the place; programs may be executed there
    std::string transfersFolder{}; // at the place, on its disk; only where artifacts travel through the agent
    bool removeFolder = false;     // the agent is to remove jobFolder in the end
    std::vector<std::string> privateRoots; // at the place: the first that is on a tmpfs is taken
    bool wholeEnvironment = false; // what the agent finds in its environment is the place's, and steps see it
    bool takeFolder = false;      // files of the job's folder may have to change their owner (agent::OpenJob)
    std::string serviceNetwork{}; // of containers beside it, as agent::ContainerPlace
    std::string bashHint;         // what to do when a script is to run and the place has no bash
};

class Transport {
  public:
    virtual ~Transport() = default;

    // Makes the place. The job's folder is already there when the place shares this machine's disk
    // (SharedFiles). `log` takes what a person should see of it (a pull, a copy). Failure: MissingTool,
    // Process, Unreachable, ...: it becomes Infrastructure. After a stop: any failure, soon.
    virtual io::Task<Result<AgentPlace>> open(std::shared_ptr<OutputSink> log, io::StopToken stop) = 0;

    // Before the job's services (step -1) and before each of its steps: brings to the place what it lacks of
    // the job's store paths. A build step may have made more of them. Failure: Infrastructure.
    virtual io::Task<Result<void>> bring(std::shared_ptr<AgentConnection> /*agent*/, TryRef /*ref*/,
                                         std::shared_ptr<OutputSink> /*log*/, io::StopToken /*stop*/) {
        co_return Result<void>();
    }

    // Called when the connection broke in the middle: what the place says of it, in one sentence ("the
    // container was ended for memory"); `said` is the end of what the starting program wrote to its standard
    // error. Empty: nothing.
    virtual io::Task<std::string> whyLost(std::string said) { co_return said; }

    // The agent has ended the job and removed its folders.
    virtual void jobClosed() {}

    // How the process ended that started the agent.
    virtual void agentEnded(io::ExitStatus /*status*/) {}

    // Removes what open made, whatever state it is in, when the agent has ended. Exactly once, also after a
    // failed open. An Immediate stop means soon.
    virtual io::Task<Result<void>> close(io::StopToken stop) = 0;
};

} // namespace cirque::exec
