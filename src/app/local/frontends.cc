// SPDX-License-Identifier: Apache-2.0
#include "app/local/frontends.hh"

#include "app/local/flake-jobs.hh"
#include "app/local/flake.hh"
#include "app/local/tree-hash.hh"
#include "frontend/workflow/load.hh"
#include "io/process/fd.hh"
#include "plan/params.hh"
#include "plan/parse.hh"
#include "workspace/tree.hh"

#include <fmt/format.h>

#include <sys/utsname.h>

#include <algorithm>

namespace cirque::app {
namespace {

constexpr std::size_t largestPlan = 512u << 20u;

Result<plan::Plan> loadJson(const PlanRequest& request) {
    CIRQUE_TRY_ASSIGN(const std::string text, io::readFile(request.file, largestPlan));
    return plan::parsePlanText(text, request.file);
}

} // namespace

std::string thisSystem() {
    utsname name{};
    uname(&name);
    std::string kernel = name.sysname;
    std::ranges::transform(kernel, kernel.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return fmt::format("{}-{}", name.machine, kernel);
}

io::Task<Result<LoadedPlan>> loadPlan(PlanRequest request, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(const workspace::Tree tree, workspace::findTree(request.folder));
    std::string treeHash;
    if (request.wantsTreeHash) {
        auto taken = co_await fingerprintOf(tree, request.stateDir, stop);
        if (stop.stopRequested()) {
            co_return fail(ErrorCode::Process, "loading was stopped");
        }
        treeHash = taken ? std::move(taken->hash) : std::string();
    }
    if (request.isFlake) {
        Result<LoadedPlan> flake = co_await loadFlake(request, tree, stop);
        const bool isElsewhere = !flake && flake.error().code == ErrorCode::NotFound && !request.file.empty();
        if (!isElsewhere) {
            if (flake) {
                flake->treeHash = std::move(treeHash);
            }
            co_return flake;
        }
    }
    if (!request.inputOverrides.empty()) {
        co_return fail(
            ErrorCode::Unsupported,
            "--override-input is for flakes; the inputs of a workflow file come from the lock file");
    }
    const std::string system = request.system.empty() ? thisSystem() : request.system;
    Result<plan::Plan> loaded = fail(ErrorCode::NotFound, "nothing was loaded");
    if (request.isJson) {
        loaded = loadJson(request);
    } else {
        frontend::WorkflowRequest workflow;
        workflow.file = request.file;
        workflow.name = request.name;
        workflow.pkgs = frontend::PackageSet::parse(request.pkgs, request.pkgsFolder);
        workflow.params = request.params;
        workflow.root = tree.root;
        workflow.stateFolder = request.stateDir;
        workflow.system = system;
        workflow.environment = request.environment.variables();
        workflow.notes = request.notes;
        loaded = co_await frontend::loadWorkflow(std::move(workflow), std::move(stop));
    }
    if (!loaded) {
        co_return fail(std::move(loaded).error());
    }
    CIRQUE_CO_TRY(plan::bindParams(*loaded, request.params));
    for (plan::Job& job : loaded->jobs) {
        if (job.system.empty()) {
            job.system = system;
        }
    }
    LoadedPlan out{
        std::make_shared<const plan::Plan>(std::move(*loaded)), tree.root, std::move(treeHash), {}};
    co_return out;
}

} // namespace cirque::app
