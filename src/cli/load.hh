// SPDX-License-Identifier: Apache-2.0
// From what the command line names to a checked plan: the part that run, check and plan share.
#pragma once

#include "app/local/flake-jobs.hh"
#include "cli/command.hh"
#include "cli/target.hh"
#include "event/types/event.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "plan/types.hh"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cirque::cli {

enum class LoadFor {
    Reading, // every job is known, however long that takes
    Running, // also takes the tree's fingerprint when the plan does not need it
};

struct Loaded {
    std::shared_ptr<const plan::Plan> plan;              // parameters bound
    std::string source;                                  // for people: relative to the tree when inside it
    std::string tree;                                    // where the run happens
    std::string treeHash;                                // its fingerprint; may be empty
    std::vector<std::string> jobs;                       // named on the command line; each exists in the plan
    std::shared_ptr<app::FlakeJobs> more{};              // when running: jobs of a flake that still come
    bool isAttributes = false;                           // the jobs are attributes of a flake
    std::vector<std::pair<std::string, Error>> errors{}; // when reading: attributes that cannot be evaluated
    std::optional<event::EvaluationFinished> evaluation{}; // of a workflow in Nix
    std::string notKept{};     // why the next one has to evaluate again; empty: it need not
    std::string rootsFolder{}; // as app::LoadedPlan has it
};

// Blocks for small files; Nix runs as a child. Stop: ends Nix; the error's code is Process. Failures as those
// of resolveTarget, parsePlanText and frontend::loadWorkflow, and Usage for unknown jobs and parameters.
io::Task<Result<Loaded>> loadTarget(Context context, Arguments arguments, io::StopToken stop,
                                    LoadFor purpose = LoadFor::Reading);

// The Nix part of the environment as the command line wants it (--offline).
config::Environment nixEnvironment(const Context& context, const Arguments& arguments);

// Loads what the command line names and gives it to `use`. SIGINT and SIGTERM end the loading; the exit
// status then is 128 + signal. Blocks.
Result<int> withLoaded(const Context& context, const Arguments& arguments,
                       const std::function<Result<int>(const Loaded&)>& use);

// Usage for the first of `jobs` that the plan lacks, with the nearest one that it has.
Result<void> checkJobs(const plan::Plan& plan, const std::vector<std::string>& jobs);

// The folder that -C names, absolute; NotFound when it is no folder.
Result<std::string> startFolder(const Context& context, const Arguments& arguments);

// Where the run of what the command line names happens. Failures as those of resolveTarget.
Result<std::string> targetFolder(const Context& context, const Arguments& arguments);

// "NAME=VALUE" taken apart at the first '='; Usage when there is none or NAME is empty. `option` is for the
// message.
Result<std::pair<std::string, std::string>> splitAssignment(const std::string& text, std::string_view option);

} // namespace cirque::cli
