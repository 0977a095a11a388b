// SPDX-License-Identifier: Apache-2.0
// Everything of a step that is settled before a process exists: its environment, its command, its files.
#pragma once

#include "agent/env.hh"
#include "agent/job-context.hh"
#include "agent/job-env.hh"
#include "agent/leader.hh"
#include "agent/materials.hh"
#include "agent/step.hh"

#include <optional>

namespace cirque::agent {

struct PreparedStep {
    std::vector<std::string> argv; // argv[0] is a path
    Environment environment;
    std::string workFolder;
    std::vector<std::string> pathFolders; // what the step's own `path` put before PATH
    std::string scriptName;               // in the private folder; empty: none
    std::string outputName;               // in the private folder; empty: none
    std::string summaryName;              // in the private folder; empty: none
    std::string program;                  // as a person wrote it
    std::optional<Outcome> refused;       // it cannot start, and this is how it ended
};

class Preparer {
  public:
    Preparer(const JobContext& context, Materials& materials, const JobEnv& jobEnv, int privateFd)
        : context_(context), materials_(materials), jobEnv_(jobEnv), privateFd_(privateFd) {}

    // `number` makes the names of the step's files unique in the job. Failure: InvalidPlan for what the
    // step's author can mend (a NUL in a value), else what the system said. Blocks for a few file operations.
    Result<PreparedStep> prepare(const StepRequest& request, int number);

    // The environment of the step as if JOB_ENV said nothing: what JOB_ENV is read in.
    Result<Environment> withoutJobEnv(const StepRequest& request, const PreparedStep& prepared);

  private:
    Result<void> setCommand(const StepRequest& request, PreparedStep& prepared, int number);
    Result<void> setScript(PreparedStep& prepared, std::string text, std::vector<std::string> shell,
                           int number, std::string_view stepName);
    void setProgram(PreparedStep& prepared);
    Result<Environment> assemble(const StepRequest& request, const PreparedStep& prepared,
                                 const EnvChange& jobEnv);

    const JobContext& context_;
    Materials& materials_;
    const JobEnv& jobEnv_;
    int privateFd_;
    std::string searchPath_; // the PATH below the step's own folders
};

// What the end of the main process means for the step.
Outcome outcomeOfEnd(const MainEnd& end, const PreparedStep& prepared);

} // namespace cirque::agent
