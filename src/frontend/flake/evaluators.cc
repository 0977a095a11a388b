// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/evaluators.hh"

#include "base/ids.hh"
#include "base/text.hh"
#include "base/time.hh"
#include "nix/eval/failure.hh"
#include "nix/eval/messages.hh"

#include <fmt/format.h>

#include <csignal>
#include <utility>

namespace cirque::frontend {

Evaluators::Evaluators(std::shared_ptr<const nix::LockedFlake> flake, std::vector<JsonObject> tasks,
                       std::vector<std::string> names, EvaluatorLimits limits, nix::Variables environment)
    : flake_(std::move(flake)), tasks_(std::move(tasks)), names_(std::move(names)), limits_(limits),
      environment_(std::move(environment)), worklist_(tasks_.size(), limits.workers, limits.largestBatch) {}

io::Task<> Evaluators::run(io::StopToken stop) {
    io::TaskGroup group;
    co_await group.start();
    for (std::size_t i = 0; i < limits_.workers; ++i) {
        group.spawn(work(stop));
    }
    co_await group.join();
    ended_ = true;
    if (!worklist_.complete() && !broken_) {
        broken_ = Error{ErrorCode::Process, "the evaluation was stopped", {}, {}};
    }
    ready_.notify();
}

io::Task<Result<std::vector<TaskResult>>> Evaluators::next(io::StopToken stop) {
    while (results_.empty() && !ended_) {
        if (!co_await ready_.wait(stop)) {
            break;
        }
    }
    if (results_.empty() && broken_) {
        co_return fail(*broken_);
    }
    co_return std::exchange(results_, {});
}

// One evaluator after the other, while there is something to do.
io::Task<> Evaluators::work(io::StopToken stop) {
    while (!worklist_.complete() && !broken_ && !stop.stopRequested()) {
        const std::size_t worker = workers_;
        std::vector<std::size_t> batch = worklist_.take(worker);
        if (batch.empty()) {
            if (!co_await changed_.wait(stop)) {
                break;
            }
            continue;
        }
        ++workers_;
        co_await evaluate(worker, std::move(batch), stop);
        changed_.notify();
    }
    changed_.notify(); // so that the other looks, too
}

io::Task<> Evaluators::evaluate(std::size_t worker, std::vector<std::size_t> batch, io::StopToken stop) {
    JsonArray tasks;
    for (const std::size_t task : batch) {
        tasks.push_back(tasks_[task]);
    }
    const std::string mark = RunId::make(wallNow().micros / 1000).text();
    nix::StreamRequest request{nix::taskExpression(*flake_, tasks, mark), limits_.memory, environment_};
    const std::function<bool(std::string_view)> take = [this, worker, mark](std::string_view line) {
        return takeLine(worker, line, mark);
    };
    Result<nix::StreamEnd> end = co_await nix::evaluateStream(std::move(request), take, stop);
    if (stop.stopRequested()) {
        co_return;
    }
    if (!end) {
        broken_ = std::move(end).error();
        co_return;
    }
    settle(worker, *end);
}

bool Evaluators::takeLine(std::size_t worker, std::string_view line, std::string_view mark) {
    std::optional<nix::TaskRecord> record = nix::parseTaskRecord(line, mark);
    if (!record) {
        return false;
    }
    if (const auto* begun = std::get_if<nix::TaskBegun>(&*record)) {
        return worklist_.begun(worker, begun->index).has_value();
    }
    auto& done = std::get<nix::TaskDone>(*record);
    const std::optional<std::size_t> task = worklist_.done(worker, done.index);
    if (task) {
        give(*task, std::move(done.value));
    }
    return task.has_value();
}

void Evaluators::settle(std::size_t worker, const nix::StreamEnd& end) {
    keepNotes(end.text);
    const bool died = end.status.signal != 0 || nix::ranOutOfMemory(end.text);
    const Worklist::End how = died              ? Worklist::End::Death
                              : end.status.ok() ? Worklist::End::Finished
                                                : Worklist::End::Error;
    const Worklist::Blame blame = worklist_.ended(worker, how);
    switch (blame.kind) {
    case Worklist::Blame::Kind::Nobody:
        break;
    case Worklist::Blame::Kind::Failed:
        give(blame.task, fail(evaluationError(end.text)));
        break;
    case Worklist::Blame::Kind::Died:
        give(blame.task, fail(deathError(blame.task, end)));
        break;
    case Worklist::Blame::Kind::All:
        broken_ = died ? nix::killedError("nix-instantiate", end.status.signal) : evaluationError(end.text);
        break;
    }
}

// Places in the fetched tree as places in the tree itself.
Error Evaluators::evaluationError(const std::string& text) const {
    Error error = nix::evaluationError(text, {});
    const std::string prefix = flake_->path + "/";
    for (std::size_t at = error.message.find(prefix); at != std::string::npos;
         at = error.message.find(prefix, at)) {
        error.message.erase(at, prefix.size());
    }
    return error;
}

Error Evaluators::deathError(std::size_t task, const nix::StreamEnd& end) const {
    constexpr std::int64_t mebi = 1 << 20;
    if (end.status.signal != 0 && !nix::ranOutOfMemory(end.text)) {
        Error error = nix::killedError("nix-instantiate", end.status.signal);
        if (end.status.signal == SIGKILL) {
            error.hint =
                fmt::format("the machine may have run out of memory: an evaluator may have {} MiB, and "
                            "CIRQUE_EVAL_MEMORY=SIZE, such as 2G, sets another limit",
                            limits_.memory / mebi);
        }
        return std::move(error).within(fmt::format("while evaluating {}, alone", names_[task]));
    }
    return Error{.code = ErrorCode::Evaluation,
                 .message = fmt::format("the evaluation of {} needs more memory than an evaluator may have "
                                        "({} MiB), also when it is evaluated alone",
                                        names_[task], limits_.memory / mebi),
                 .hint = "give it more: CIRQUE_EVAL_MEMORY=SIZE, such as 4G",
                 .context = {}};
}

void Evaluators::keepNotes(const std::string& text) {
    nix::Messages messages = nix::splitMessages(text);
    for (const std::string& file : messages.files) {
        if (Result<Json> json = parseJson(file, "a generated file's record")) {
            files_.push_back(std::move(*json));
        }
    }
    for (const std::string_view line : split(messages.notes, '\n')) {
        // not what builders say that run while something is evaluated
        const bool isNote = line.starts_with("warning:") || line.starts_with("trace:") ||
                            line.starts_with("evaluation warning:");
        if (isNote && seenNotes_.emplace(line).second) {
            notes_.append(line).push_back('\n');
        }
    }
}

void Evaluators::give(std::size_t task, Result<Json> value) {
    results_.push_back({task, std::move(value)});
    ready_.notify();
}

} // namespace cirque::frontend
