// SPDX-License-Identifier: Apache-2.0
// Runs one plan: feeds the pure machines and performs what they ask. The only file of the engine that waits.
#pragma once

#include "engine/api/ports.hh"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cirque::engine {

struct RunOptions {
    RunId run;
    int slots = 2; // attempts at the same time
    bool failFast = false;
    std::vector<std::string> selected; // run only these jobs and their needs; empty: all
    bool only = false;                 // with selected: not their needs (needs then count as succeeded)
    Millis cleanupBudget{30000};
    std::unordered_map<std::string, Settled> settled; // jobs that need not run, by name: a rerun's
};

struct RunReport {
    Outcome outcome;
    int exitStatus = 0; // 0, 1, 3, 124, 129, 130, 143 as docs/contracts.md says
};

// Lets the outside cancel a run that runs. All calls on the loop thread.
class RunControl {
  public:
    // First call: graceful cancel with the cleanup phase; second call: at once. `signal` decides the exit
    // status (128 + signal); 0 means no signal.
    void cancel(int signal);
    std::function<void(int)> onCancel; // set by runPlan

    // One job: first call gracefully, second at once. False: the job has ended, or there is none of that
    // name. Before the run begins it is remembered and true.
    bool cancelJob(std::string_view name);
    std::function<bool(std::string_view)> onCancelJob; // set by runPlan

    // What was asked for before runPlan listened; runPlan takes it at its start.
    [[nodiscard]] std::vector<int> takePending();
    [[nodiscard]] std::vector<std::string> takePendingJobs();

  private:
    std::vector<int> pending_;
    std::vector<std::string> pendingJobs_;
};

// To the end, whatever happens; emits every event from jobs.added on (run.started is the caller's) up to and
// with run.finished. Refuses nothing: check plan/runnable first. Never throws for a failing job or place.
io::Task<RunReport> runPlan(std::shared_ptr<const plan::Plan> plan, RunOptions options, Ports ports,
                            std::shared_ptr<RunControl> control);

} // namespace cirque::engine
