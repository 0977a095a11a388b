// SPDX-License-Identifier: Apache-2.0
// What every place where a job runs must do. Implementations are exec/<kind>; the engine knows only this
// page. Nothing here is a path of this machine: a place may be a container, another host or a virtual
// machine.
#pragma once

#include "base/ids.hh"
#include "base/outcome.hh"
#include "base/result.hh"
#include "exec/api/service.hh"
#include "exec/api/step.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "plan/types.hh"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::exec {

// What one attempt of a job needs at its place.
struct Place {
    RunId run;
    std::string workflow;
    int attempt = 1;
    std::shared_ptr<const plan::Plan> plan; // host tools and generated files
    std::shared_ptr<const plan::Job> job;
    std::vector<std::string> redact; // secret values of this job
};

// The archive form of files that enter or leave a place is artifact/'s business; the engine passes names
// only.
struct CollectedArtifact {
    std::int64_t bytes = 0;
    std::int64_t files = 0;
    std::string sha256;
    std::vector<std::string> skipped; // sockets, FIFOs and devices that were left out
};

struct FileLimits {
    std::int64_t files = 5000;           // that match
    std::int64_t fileBytes = 32LL << 20; // of one
    std::int64_t bytes = 128LL << 20;    // of all
};

struct JobFile {
    std::string path; // below the job's folder
    std::string bytes;
};

struct JobFiles {
    std::vector<JobFile> files; // sorted by path
    // Files that match, but were there before the first step and were not written since: those of the work
    // tree. They are not read.
    std::vector<std::string> untouched;
};

class JobSite {
  public:
    virtual ~JobSite() = default;

    // Makes the job's folder from the run's snapshot (or empty when the job's copyRepo is false) and makes
    // the step closures usable. `log` takes what a person should see of it.
    virtual io::Task<Result<void>> prepare(std::shared_ptr<OutputSink> log, io::StopToken stop) = 0;

    // Runs one step to its end. Graceful stop: TERM to its tree, grace, KILL. Immediate: KILL. The outcome
    // then is Cancelled, or Failed with timeout set when the stop's reason is Timeout or Deadline. Failures
    // of the place itself are Infrastructure, never Failed.
    virtual io::Task<StepResult> run(StepSpec spec, std::shared_ptr<OutputSink> sink, io::StopToken stop) = 0;

    // Starts the job's services, after its condition and before its first step, and returns when all are up
    // (Succeeded) or with how the first of them failed. Failed: it ended, was not up in time, or something
    // else listens where it should. Stop as in run. Called once at most; `observer` outlives the site.
    virtual io::Task<Outcome> startServices(std::vector<ServiceStart> services,
                                            std::shared_ptr<ServiceObserver> observer, io::StopToken stop) {
        (void)services, (void)observer, (void)stop;
        co_return Outcome::infrastructure("this place cannot run services");
    }

    // Ends them, the last one first; close does it too. Failed: one had ended by itself, badly and for good.
    virtual io::Task<Outcome> stopServices(io::StopToken stop) {
        (void)stop;
        co_return Outcome::succeeded();
    }

    // Puts a saved artifact under `path` of the job's folder. Of this and the next two any rise of `stop` is
    // the end: a failure, soon.
    virtual io::Task<Result<void>> restoreArtifact(std::string name, std::string path,
                                                   io::StopToken stop) = 0;

    // Takes `path` of the job's folder into the run's artifacts. Missing: NotFound. All or nothing.
    virtual io::Task<Result<CollectedArtifact>> saveArtifact(std::string name, std::string path,
                                                             io::StopToken stop) = 0;

    // The regular files of the job's folder that match `pattern`: relative, '*' for any part of a name, '**'
    // for any folders. Nothing outside the folder is ever read. None is no failure. Failure: a limit is
    // passed or the pattern names what is no file (Unsupported), it leads out of the folder (Permission).
    // `pattern` is the path of one of the job's reports, which the place knew before the first step.
    virtual io::Task<Result<JobFiles>> readFiles(std::string pattern, FileLimits limits,
                                                 io::StopToken stop) = 0;

    // Ends every process the job left, then removes the job's folder unless the run keeps workspaces. Always
    // called, exactly once, also after failures of prepare. An Immediate stop leaves those processes no
    // grace.
    virtual io::Task<Result<void>> close(io::StopToken stop) = 0;
};

struct Capabilities {
    std::string system; // "x86_64-linux"
};

class Executor {
  public:
    virtual ~Executor() = default;
    [[nodiscard]] virtual std::string_view kind() const = 0;
    [[nodiscard]] virtual Capabilities capabilities() const = 0;

    // A serialisable handle (JSON text) for what open would create; journaled before anything is created.
    [[nodiscard]] virtual std::string handle(const Place& place) const = 0;

    virtual io::Task<Result<std::unique_ptr<JobSite>>> open(Place place, std::string handle) = 0;

    // Whether this machine can make such a place, tried cheaply, before the run begins. `job` runs there. The
    // error names the tool and has a hint; it ends the run as Infrastructure before anything has started.
    virtual io::Task<Result<void>> check(std::shared_ptr<const plan::Job> /*job*/, io::StopToken /*stop*/) {
        co_return Result<void>();
    }

    // Removes what runs that are gone left at places of this kind. What could not be removed is told, a
    // sentence each, with its name and what a person can do. Failure: nobody can look now. A stop: soon, with
    // anything; what is left then is found by the next sweep. Also asked of an executor that has no jobs and
    // whose world has no programs.
    virtual io::Task<Result<std::vector<std::string>>> sweep(io::StopToken /*stop*/) {
        co_return std::vector<std::string>();
    }

    // At the end of the run, after all sites are closed: ends what its jobs shared (a connection, a
    // container).
    virtual io::Task<Result<void>> close() { co_return Result<void>(); }
};

} // namespace cirque::exec
