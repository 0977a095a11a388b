// SPDX-License-Identifier: Apache-2.0
// Everything one local run needs to know, settled by the command line before it starts.
#pragma once

#include "config/environment.hh"
#include "config/settings.hh"
#include "engine/run-loop.hh"
#include "event/bus/listener.hh"
#include "history/record.hh"
#include "plan/types.hh"
#include "secret/source.hh"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cirque::app {

class FlakeJobs;

struct LocalRequest {
    std::shared_ptr<const plan::Plan> plan;
    std::shared_ptr<FlakeJobs> more{}; // jobs that join the plan while it runs; may be none
    std::string source;                // what the plan came from, for people: "ci.nix", "ci.nix#release"
    std::string tree;                  // the caller's work tree; only read
    std::string treeHash;              // its fingerprint; may be empty
    std::string rootsFolder;           // where roots of what the plan needs outlive the run; may be empty
    std::optional<event::EvaluationFinished> evaluation; // of a plan that was evaluated
    config::Environment environment;
    config::Settings settings;
    engine::RunOptions options;                                 // with the run's id
    std::vector<std::pair<std::string, std::string>> overrides; // --env and --env-file, the later wins
    secret::SecretSource secrets;
    bool inheritEnv = false;
    bool keep = false;
    std::shared_ptr<const history::RunRecord> repeats{}; // the run this one repeats; may be none
    bool reuse = false;                                  // and what ended well there is not run again
    std::vector<event::Listener*> listeners;             // outlive the run
    // Whether who shows the run has fallen far behind: then the pipes of the steps are left full for a while,
    // and nothing else waits. May be empty.
    std::function<bool()> congested;
    bool sameTree = false; // does not begin when the tree is no longer that of treeHash
};

// The parts of a plan that this version cannot run on this machine, one sentence each.
std::vector<std::string> refusedParts(const plan::Plan& plan);

// Why this plan cannot run here, all reasons of a kind at once: parts this version does not run
// (Unsupported), wrong options of places (InvalidPlan), secrets nobody offers (Usage). Nothing has been
// created yet. Blocks.
Result<void> checkRunnable(const LocalRequest& request);

// Runs to the end: run folder, lock, journal, snapshot, engine, clean-up. `control` cancels. An error means
// that the run could not begin; once it began every ending is a report.
io::Task<Result<engine::RunReport>> runLocal(LocalRequest request,
                                             std::shared_ptr<engine::RunControl> control, io::StopToken stop);

} // namespace cirque::app
