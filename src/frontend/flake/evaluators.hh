// SPDX-License-Identifier: Apache-2.0
// A list of tasks about one flake, done by fresh evaluators side by side; results come as each is known.
#pragma once

#include "frontend/flake/worklist.hh"
#include "io/runtime/runtime.hh"
#include "nix/eval/stream.hh"
#include "nix/eval/tasks.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::frontend {

struct EvaluatorLimits {
    std::size_t workers = 2;
    std::size_t largestBatch = 64;
    std::int64_t memory = 0; // bytes for the heap of each; 0: no limit
};

struct TaskResult {
    std::size_t task = 0;
    Result<Json> value;
};

class Evaluators {
  public:
    // `names` are what people call the tasks, for messages; as many as tasks.
    Evaluators(std::shared_ptr<const nix::LockedFlake> flake, std::vector<JsonObject> tasks,
               std::vector<std::string> names, EvaluatorLimits limits, nix::Variables environment);

    // Evaluates until every task has its result, or nothing can be evaluated, or the stop; then no evaluator
    // is left. Once.
    io::Task<> run(io::StopToken stop);

    // What has become known, at least one result; an empty list: there is no more. One task's evaluation
    // error is its result. Failure: the flake cannot be evaluated at all, Nix could not be started, or the
    // run was stopped (Process). Stop: returns soon, with anything.
    io::Task<Result<std::vector<TaskResult>>> next(io::StopToken stop);

    // Warnings and traces since the last call, each line once.
    [[nodiscard]] std::string takeNotes() { return std::exchange(notes_, {}); }

    // Records of generated files, of all tasks.
    [[nodiscard]] const std::vector<Json>& files() const { return files_; }

  private:
    io::Task<> work(io::StopToken stop);
    io::Task<> evaluate(std::size_t worker, std::vector<std::size_t> batch, io::StopToken stop);
    bool takeLine(std::size_t worker, std::string_view line, std::string_view mark);
    void settle(std::size_t worker, const nix::StreamEnd& end);
    void keepNotes(const std::string& text);
    void give(std::size_t task, Result<Json> value);
    [[nodiscard]] Error evaluationError(const std::string& text) const;
    [[nodiscard]] Error deathError(std::size_t task, const nix::StreamEnd& end) const;

    std::shared_ptr<const nix::LockedFlake> flake_;
    std::vector<JsonObject> tasks_;
    std::vector<std::string> names_;
    EvaluatorLimits limits_;
    nix::Variables environment_;
    Worklist worklist_;
    std::size_t workers_ = 0; // evaluators started so far
    std::vector<TaskResult> results_;
    std::optional<Error> broken_;
    std::string notes_;
    std::set<std::string> seenNotes_;
    std::vector<Json> files_;
    bool ended_ = false;
    io::Signal ready_;   // a result, or the end
    io::Signal changed_; // of the worklist
};

} // namespace cirque::frontend
