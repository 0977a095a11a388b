// SPDX-License-Identifier: Apache-2.0
#include "app/local/frontends.hh"

#include "app/local/evaluate.hh"
#include "app/local/flake-jobs.hh"
#include "app/local/flake.hh"
#include "app/local/tree-hash.hh"
#include "base/machine.hh"
#include "frontend/workflow/load.hh"
#include "io/process/fd.hh"
#include "plan/params.hh"
#include "plan/parse.hh"
#include "workspace/tree.hh"

#include <fmt/format.h>

namespace cirque::app {
namespace {

constexpr std::size_t largestPlan = 512u << 20u;

Result<plan::Plan> loadJson(const PlanRequest& request) {
    CIRQUE_TRY_ASSIGN(const std::string text, io::readFile(request.file, largestPlan));
    return plan::parsePlanText(text, request.file);
}

std::string systemOf(const PlanRequest& request) {
    return request.system.empty() ? thisSystem() : request.system;
}

frontend::WorkflowRequest workflowRequest(const PlanRequest& request, const workspace::Tree& tree) {
    frontend::WorkflowRequest workflow;
    workflow.file = request.file;
    workflow.name = request.name;
    workflow.pkgs = frontend::PackageSet::parse(request.pkgs, request.pkgsFolder);
    workflow.params = request.params;
    workflow.root = tree.root;
    workflow.stateFolder = request.stateDir;
    workflow.system = systemOf(request);
    workflow.environment = request.environment.variables();
    workflow.notes = request.notes;
    return workflow;
}

// Parameters bound, every job with a system.
Result<std::shared_ptr<const plan::Plan>> settle(plan::Plan plan, const PlanRequest& request) {
    CIRQUE_TRY(plan::bindParams(plan, request.params));
    for (plan::Job& job : plan.jobs) {
        if (job.system.empty()) {
            job.system = systemOf(request);
        }
    }
    return std::make_shared<const plan::Plan>(std::move(plan));
}

// Nothing of a plan document is evaluated any more.
Result<void> refuseForDocument(const PlanRequest& request) {
    if (!request.inputOverrides.empty() || !request.system.empty()) {
        return fail(
            ErrorCode::Usage,
            fmt::format("{} is a plan document, which has been evaluated already: {} has no effect on it",
                        request.file, request.system.empty() ? "--override-input" : "--system"),
            "give it when the plan is made: cirque plan --json");
    }
    return {};
}

} // namespace

io::Task<Result<LoadedPlan>> loadPlan(PlanRequest request, io::StopToken stop) {
    const MonoTime began = monoNow();
    CIRQUE_CO_TRY_ASSIGN(const workspace::Tree tree, workspace::findTree(request.folder));
    LoadedPlan out;
    out.tree = tree.root;
    KeepOptions keeping{.tree = tree, .fingerprint = {}, .stateDir = request.stateDir, .words = {}};
    if (request.wantsTreeHash || (request.useEvalCache && !request.isJson)) {
        auto taken = co_await fingerprintOf(tree, request.stateDir, stop);
        if (stop.stopRequested()) {
            co_return fail(ErrorCode::Process, "loading was stopped");
        }
        if (taken) {
            out.treeHash = taken->hash;
            keeping.fingerprint = std::move(*taken);
        }
    }
    if (request.isFlake) {
        Result<LoadedPlan> flake = co_await loadFlake(request, tree, stop);
        const bool isElsewhere = !flake && flake.error().code == ErrorCode::NotFound && !request.file.empty();
        if (!isElsewhere) {
            if (flake) {
                flake->treeHash = std::move(out.treeHash);
            }
            co_return flake;
        }
    }
    if (request.isJson) {
        CIRQUE_CO_TRY(refuseForDocument(request));
        CIRQUE_CO_TRY_ASSIGN(plan::Plan plan, loadJson(request));
        CIRQUE_CO_TRY_ASSIGN(out.plan, settle(std::move(plan), request));
        co_return out;
    }
    if (!request.useEvalCache) {
        keeping.fingerprint.reset();
    }
    frontend::WorkflowRequest workflow = workflowRequest(request, tree);
    if (!request.inputOverrides.empty()) {
        CIRQUE_CO_TRY_ASSIGN(workflow.locks, co_await locksWithOverrides(request, tree, stop));
    }
    Result<Evaluated> evaluated = co_await evaluate(std::move(workflow), std::move(keeping), std::move(stop));
    if (!evaluated) {
        co_return fail(std::move(evaluated).error());
    }
    CIRQUE_CO_TRY_ASSIGN(out.plan, settle(std::move(evaluated->plan), request));
    out.evaluation = event::EvaluationFinished{.duration = monoNow() - began, .cached = evaluated->cached};
    out.notKept = request.useEvalCache ? std::move(evaluated->notKept) : "--no-eval-cache was given";
    out.rootsFolder = std::move(evaluated->rootsFolder);
    co_return out;
}

} // namespace cirque::app
