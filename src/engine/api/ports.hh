// SPDX-License-Identifier: Apache-2.0
// What the engine needs from the world, and nothing more. app/ adapts the real things to these ports; tests
// give fakes.
#pragma once

#include "base/result.hh"
#include "engine/api/jobs.hh"
#include "event/types/event.hh"
#include "exec/api/executor.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "plan/types.hh"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::engine {

// Numbers and stamps events, appends them to the journal, then tells listeners. Failure ends the run as
// Infrastructure: nothing may happen that the journal does not hold.
class Journal {
  public:
    virtual ~Journal() = default;
    virtual Result<void> append(std::vector<event::Body> bodies) = 0;
};

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual MonoTime now() const = 0;
    // True: slept to the end; false: stopped.
    virtual io::Task<bool> sleep(Millis duration, io::StopToken stop) = 0;
};

// The layers of a job's environment that do not depend on a step or on other jobs' results: the caller's
// environment as passed, workflow envFrom and env, job envFrom and env (references to results excepted: the
// engine fills those), and --env on top. A failing provider is an error with code Provider.
struct JobEnv {
    std::vector<exec::Vars> below; // as in exec::StepEnv::below
    exec::Vars overrides;          // --env and --env-file
    std::vector<std::string> redact;
};

class EnvSource {
  public:
    virtual ~EnvSource() = default;
    // `results` settles {result} references; (job, name) -> value.
    using Results = std::vector<std::pair<std::pair<std::string, std::string>, std::string>>;
    virtual io::Task<Result<JobEnv>> jobEnv(std::shared_ptr<const plan::Job> job, Results results) = 0;
    virtual Result<exec::Vars> stepEnv(const plan::Job& job, const plan::Step& step,
                                       const Results& results) = 0;
};

// What a build step made.
struct Built {
    bool cached = false; // nothing had to be built or fetched
    NamedValues outputs; // the derivation's outputs by name, "out" and so on: store paths
};

// Makes store paths exist on this machine, where the run is coordinated, whichever executor the job has. Work
// done once is shared between jobs. `ref` names the try whose log and progress it is (step -1: the job's
// setting-up). Failure: Build when a builder failed, MissingTool or Process when Nix itself did. Stop: ends
// the builders, then an error.
class Provisioner {
  public:
    virtual ~Provisioner() = default;
    // Of `needed` only derivations and paths count.
    virtual io::Task<Result<void>> provision(plan::Closure needed, TryRef ref,
                                             std::shared_ptr<exec::OutputSink> log, io::StopToken stop) = 0;
    // A build step: builds the derivation, or fetches it where that is possible.
    virtual io::Task<Result<Built>> build(plan::Derivation derivation, TryRef ref,
                                          std::shared_ptr<exec::OutputSink> log, io::StopToken stop) = 0;
};

// Opens the log of a try; what is written is redacted first, then kept, then shown. `finish` is called once.
class LogStore {
  public:
    virtual ~LogStore() = default;
    virtual Result<std::shared_ptr<exec::OutputSink>> open(const TryRef& ref,
                                                           const std::vector<std::string>& redact) = 0;
    // The try has ended; its last progress event is emitted before its step.finished. Late bytes may still
    // come.
    virtual Result<void> finish(const TryRef& ref) = 0;
    // What the log of a finished try holds, redacted. More than `limit` bytes are a failure (Unsupported).
    // Blocks.
    virtual Result<std::string> read(const TryRef& ref, std::int64_t limit) = 0;
    // Takes the secrets that are known now out of a whole text that a step made. Called on any thread.
    using Redact = std::function<std::string(std::string_view)>;
    [[nodiscard]] virtual Redact redaction() const = 0;
};

class ExecutorSet {
  public:
    virtual ~ExecutorSet() = default;
    [[nodiscard]] virtual exec::Executor* find(std::string_view kind) const = 0;
};

// Jobs that become known while the run runs (a flake whose attributes are still being evaluated).
class JobSource {
  public:
    virtual ~JobSource() = default;
    // The next ones, as soon as there are any; an empty list: no more will come. An error is a failure of the
    // whole source: it becomes a job "evaluation" (or "evaluation-2", ...) with that outcome: the run is not
    // green. Not called again after either. Stop: returns soon, with anything.
    virtual io::Task<Result<std::vector<NewJob>>> next(io::StopToken stop) = 0;
};

struct Ports {
    Journal& journal;
    Clock& clock;
    EnvSource& env;
    Provisioner& provisioner;
    LogStore& logs;
    ExecutorSet& executors;
    JobSource* more = nullptr; // none: the plan holds every job from the start
};

} // namespace cirque::engine
