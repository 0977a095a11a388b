// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/open.hh"

#include "frontend/workflow/document.hh"
#include "plan/parse.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::frontend {
namespace {

std::vector<std::string> namesOf(const std::vector<Question>& questions) {
    std::vector<std::string> out;
    for (const Question& question : questions) {
        out.push_back(toText(question.paths.front()));
    }
    return out;
}

// All results of some tasks, in their order; runs beside the evaluators.
class Collector {
  public:
    explicit Collector(Evaluators& evaluators) : evaluators_(evaluators) {}

    io::Task<> collect() {
        for (bool more = true; more;) {
            Result<std::vector<TaskResult>> results = co_await evaluators_.next({});
            if (!results) {
                failure_ = std::move(results).error();
                break;
            }
            more = !results->empty();
            for (TaskResult& result : *results) {
                found_.insert_or_assign(result.task, std::move(result.value));
            }
        }
    }

    Result<std::vector<Result<Json>>> take(std::size_t count) {
        if (failure_) {
            return fail(std::move(*failure_));
        }
        std::vector<Result<Json>> out;
        for (std::size_t i = 0; i < count; ++i) {
            out.push_back(std::move(found_.at(i)));
        }
        return out;
    }

  private:
    Evaluators& evaluators_;
    std::map<std::size_t, Result<Json>> found_;
    std::optional<Error> failure_;
};

struct Asked {
    std::vector<Result<Json>> answers;
    std::vector<Json> files;
};

// One evaluator for all tasks, unless one of them ends it.
io::Task<Result<Asked>> ask(FlakeTarget target, std::shared_ptr<const nix::LockedFlake> flake,
                            std::vector<JsonObject> tasks, std::vector<std::string> names,
                            io::StopToken stop) {
    EvaluatorLimits limits = target.limits;
    limits.workers = 1;
    const std::size_t count = tasks.size();
    Evaluators evaluators(std::move(flake), std::move(tasks), std::move(names), limits,
                          target.flake.environment);
    Collector collector(evaluators);
    io::TaskGroup group;
    co_await group.start();
    group.spawn(collector.collect());
    group.spawn(evaluators.run(std::move(stop)));
    co_await group.join();
    if (const std::string notes = evaluators.takeNotes(); target.notes && !notes.empty()) {
        target.notes(notes);
    }
    CIRQUE_CO_TRY_ASSIGN(std::vector<Result<Json>> answers, collector.take(count));
    Asked asked{std::move(answers), evaluators.files()};
    co_return asked;
}

// Places in the fetched tree become places in the tree itself.
void settlePlaces(Json& json, const std::string& prefix, bool isPlace) {
    if (JsonArray* list = json.if_array()) {
        for (Json& entry : *list) {
            settlePlaces(entry, prefix, isPlace);
        }
    } else if (JsonObject* object = json.if_object()) {
        for (auto& entry : *object) {
            settlePlaces(entry.value(), prefix, isPlace || entry.key() == "@pos");
        }
    } else if (isPlace && json.is_string() && json.get_string().starts_with(prefix)) {
        json.get_string().erase(0, prefix.size());
    }
}

// A flake that offers workflows none of which can be listed is broken, not a flake without one.
Result<void> checkWorkflows(const std::vector<Question>& questions,
                            const std::vector<Result<Json>>& answers) {
    for (std::size_t i = 0; i < questions.size(); ++i) {
        if (questions[i].about == Question::About::Workflows && !answers[i]) {
            return fail(answers[i].error());
        }
    }
    return {};
}

} // namespace

io::Task<Result<OpenedFlake>> openFlake(FlakeTarget target, io::StopToken stop) {
    std::vector<AttributePattern> patterns;
    for (const std::string& text : target.wanted) {
        CIRQUE_CO_TRY_ASSIGN(AttributePattern pattern, parsePattern(text));
        patterns.push_back(std::move(pattern));
    }
    CIRQUE_CO_TRY_ASSIGN(const std::vector<Question> questions, questionsFor(patterns, target.system));
    CIRQUE_CO_TRY_ASSIGN(nix::LockedFlake locked, co_await nix::lockFlake(target.flake, stop));
    OpenedFlake out;
    out.flake = std::make_shared<const nix::LockedFlake>(std::move(locked));
    std::vector<JsonObject> tasks;
    for (const Question& question : questions) {
        tasks.push_back(taskOf(question));
    }
    CIRQUE_CO_TRY_ASSIGN(
        Asked asked, co_await ask(target, out.flake, std::move(tasks), namesOf(questions), std::move(stop)));
    CIRQUE_CO_TRY(checkWorkflows(questions, asked.answers));
    CIRQUE_CO_TRY_ASSIGN(Selection selection, select(patterns, questions, asked.answers));
    CIRQUE_CO_TRY_ASSIGN(out.workflow, defaultWorkflow(selection.workflows));
    if (!out.workflow) {
        out.attributes = std::move(selection.attributes);
        if (out.attributes.empty()) {
            co_return fail(ErrorCode::Usage,
                           fmt::format("the flake has nothing to build for {0}: no cirque.{0}, checks.{0}, "
                                       "packages.{0} or devShells.{0}",
                                       target.system),
                           "add checks to flake.nix, or name other attributes: cirque run .#hydraJobs");
        }
    }
    co_return out;
}

io::Task<Result<plan::Plan>> loadFlakeWorkflow(FlakeTarget target, OpenedFlake opened, io::StopToken stop) {
    const AttributePath path = *opened.workflow;
    std::vector<JsonObject> tasks{{{"op", "plan"}, {"path", JsonArray(path.begin(), path.end())}}};
    std::vector<std::string> names{toText(path)};
    CIRQUE_CO_TRY_ASSIGN(
        Asked asked, co_await ask(target, opened.flake, std::move(tasks), std::move(names), std::move(stop)));
    if (!asked.answers.front()) {
        co_return fail(std::move(asked.answers.front()).error().within("while evaluating " + toText(path)));
    }
    nix::Evaluation evaluation{std::move(*asked.answers.front()), std::move(asked.files), {}};
    settlePlaces(evaluation.value, opened.flake->path + "/", false);
    CIRQUE_CO_TRY_ASSIGN(const Json document, takeDocument(std::move(evaluation)));
    plan::Parsed parsed = plan::parsePlan(document);
    if (!parsed.problems.empty()) {
        co_return fail(ErrorCode::InvalidPlan, tellProblems(parsed.problems, "flake.nix#" + toText(path)));
    }
    for (plan::Job& job : parsed.plan.jobs) {
        if (job.system.empty()) {
            job.system = target.system;
        }
    }
    co_return std::move(parsed.plan);
}

} // namespace cirque::frontend
