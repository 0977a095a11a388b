// SPDX-License-Identifier: Apache-2.0
// Runs the steps of one attempt of a job, one after the other: environment, JOB_ENV, strict shell, capture,
// outputs. Written once for every place: the local executor has it in process, other places call it next to
// the job.
//
// Per step it makes one script file, one output file, three pipes and one leader; nothing else while JOB_ENV
// does not change.
#pragma once

#include "agent/job-context.hh"
#include "agent/job-env.hh"
#include "agent/leader.hh"
#include "agent/materials.hh"
#include "agent/output-pipe.hh"
#include "agent/prepare.hh"
#include "agent/running.hh"
#include "agent/service-runner.hh"
#include "agent/step.hh"
#include "io/runtime/runtime.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::agent {

// The host tools that the job's steps need, by token, each once.
std::vector<std::string> toolTokens(const plan::Job& job);

class StepRunner {
  public:
    // Makes JOB_ENV; makes this process the subreaper of its descendants. Failure: the system's reason.
    static Result<std::unique_ptr<StepRunner>> open(JobContext context);
    ~StepRunner();

    // Await once, before run.
    io::Task<> start();

    // What the job's steps need of this place and do not find, a sentence each: for the beginning of a job.
    // `tokens`: see toolTokens.
    [[nodiscard]] std::vector<std::string> missingTools(const std::vector<std::string>& tokens) const;

    // One step to its end; one at a time. It ends when its main process has ended and the pipe holds nothing
    // more; what it left behind lives on and writes to `sink` as late. Stop: Graceful is TERM to its tree,
    // grace, KILL; Immediate is KILL; the outcome then is Cancelled, or Failed with timeout set when the
    // stop's reason is Timeout or Deadline, and nothing of the step's tree lives. Failures of the place (no
    // bash, no leader, a sink that refuses, a leader that was killed) are Infrastructure.
    io::Task<StepEnd> run(StepRequest request, std::shared_ptr<Sink> sink, io::StopToken stop);

    // Services beside the steps, see ServiceRunner. Await each at most once; close ends what still runs.
    io::Task<Outcome> startServices(std::vector<ServiceStart> services,
                                    std::shared_ptr<ServiceObserver> observer, io::StopToken stop);
    io::Task<Outcome> stopServices(io::StopToken stop);

    // Ends everything the steps left, latest first, and waits for it. Await exactly once, also when run was
    // never called. Failure: something did not end.
    io::Task<Result<void>> close(io::StopToken stop);

  private:
    using Request = std::shared_ptr<const StepRequest>;
    using Prepared = std::shared_ptr<const PreparedStep>;

    explicit StepRunner(JobContext context);
    Result<Running> launch(LeaderStart start, std::shared_ptr<Sink> out, std::shared_ptr<Sink> err);
    io::Task<Outcome> follow(Running running, Prepared prepared, io::StopToken stop);
    io::Task<bool> endTree(std::shared_ptr<Leader> leader);
    ServiceHost serviceHost();
    io::Task<StepEnd> collect(Request request, Prepared prepared, Outcome outcome, io::StopToken stop);
    io::Task<Result<void>> readJobEnv(Request request, Prepared prepared, io::StopToken stop);
    io::Task<Result<std::string>> printedEnv(Request request, LeaderStart start, io::StopToken stop);
    void removeFiles(const PreparedStep& prepared);
    void removeScripts();

    JobContext context_;
    io::UniqueFd privateFd_;
    Materials materials_;
    JobEnv jobEnv_;
    Preparer preparer_;
    io::TaskGroup group_;
    std::vector<std::weak_ptr<OutputPipe>> pipes_;
    io::StopSource readers_; // rises when the job is over: nobody reads what still writes
    std::vector<std::shared_ptr<Leader>> leaders_; // alive, of steps
    std::unique_ptr<ServiceRunner> services_;      // null: the job has none
    std::vector<std::string> scripts_;             // names in the private folder
    int count_ = 0;
};

} // namespace cirque::agent
