// SPDX-License-Identifier: Apache-2.0
// A whole world for the engine in memory: scripted place, fake clock, journal that remembers. And the run
// itself.
#pragma once

#include "engine/run-loop.hh"
#include "tests/support/memory-journal.hh"
#include "tests/support/null-executor.hh"

namespace cirque::testing {

class FakeEnv final : public engine::EnvSource {
  public:
    std::map<std::string, Error> failing; // by job
    engine::JobEnv base;
    std::map<std::string, Results> seen; // by job: what it was given
    std::string throwsFor;               // job

    io::Task<Result<engine::JobEnv>> jobEnv(std::shared_ptr<const plan::Job> job, Results results) override;
    Result<exec::Vars> stepEnv(const plan::Job& job, const plan::Step& step, const Results& results) override;
};

struct FakeBuild {
    Result<engine::Built> result{};
    Millis sleep{0};
    std::string print{};
};

class FakeProvisioner final : public engine::Provisioner {
  public:
    std::map<std::string, Error> failing; // by job
    std::map<std::string, std::vector<FakeBuild>>
        builds; // by derivation, try after try; the last one repeats
    std::vector<std::pair<TryRef, plan::Closure>> provisioned;
    std::vector<TryRef> built;
    engine::Clock* clock = nullptr; // for builds that take time

    io::Task<Result<void>> provision(plan::Closure needed, TryRef ref, std::shared_ptr<exec::OutputSink> log,
                                     io::StopToken stop) override;
    io::Task<Result<engine::Built>> build(plan::Derivation derivation, TryRef ref,
                                          std::shared_ptr<exec::OutputSink> log, io::StopToken stop) override;
};

// Keeps the bytes of each try; counts opens and finishes.
class MemoryLogs final : public engine::LogStore {
  public:
    std::map<TryRef, std::string> text;
    std::map<TryRef, int> finished;
    std::map<TryRef, std::vector<std::string>> redacted; // what the log was told to hide
    std::optional<Error> openFails;
    std::optional<Error> finishFails;
    std::optional<Error> readFails;
    Redact redactTexts; // of reports

    Result<std::shared_ptr<exec::OutputSink>> open(const TryRef& ref,
                                                   const std::vector<std::string>& redact) override;
    Result<void> finish(const TryRef& ref) override;
    Result<std::string> read(const TryRef& ref, std::int64_t limit) override;

    [[nodiscard]] Redact redaction() const override { return redactTexts; }
};

class OneExecutor final : public engine::ExecutorSet {
  public:
    explicit OneExecutor(exec::Executor& executor) : executor_(executor) {}

    [[nodiscard]] exec::Executor* find(std::string_view kind) const override {
        return kind == executor_.kind() ? &executor_ : nullptr;
    }

  private:
    exec::Executor& executor_;
};

struct World {
    FakeClock clock;
    MemoryJournal journal{&clock};
    FakeEnv env;
    FakeProvisioner provisioner;
    MemoryLogs logs;
    NullExecutor executor{clock, &clock};
    OneExecutor executors{executor};
    engine::RunOptions options;
    std::shared_ptr<engine::RunControl> control = std::make_shared<engine::RunControl>();
    std::vector<std::pair<Millis, int>> cancels; // at that time, with that signal

    engine::JobSource* more = nullptr;

    World() { provisioner.clock = &clock; }

    [[nodiscard]] engine::Ports ports() { return {journal, clock, env, provisioner, logs, executors, more}; }

    // The whole run on the fake clock. Blocks; aborts when the run hangs.
    engine::RunReport run(plan::Plan plan);
};

} // namespace cirque::testing
