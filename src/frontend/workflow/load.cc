// SPDX-License-Identifier: Apache-2.0
#include "frontend/workflow/load.hh"

#include "base/machine.hh"
#include "frontend/workflow/document.hh"
#include "nix/eval/evaluate.hh"
#include "nix/eval/library.hh"
#include "plan/parse.hh"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace cirque::frontend {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

// Symbolic links settled, so that Nix's positions and the tree's root agree.
std::string realPath(const std::string& path) {
    std::error_code failed;
    const fs::path real = fs::canonical(path, failed);
    return failed ? path : real.string();
}

// As positions in it are written: relative to the tree when it lies there.
std::string shownFile(const WorkflowRequest& request) {
    const std::string prefix = request.root + "/";
    return request.file.starts_with(prefix) ? request.file.substr(prefix.size()) : request.file;
}

bool hasFlake(const std::string& root) {
    return exists(root + "/flake.nix") && exists(root + "/flake.lock");
}

JsonObject packages(const WorkflowRequest& request) {
    using enum PackageSet::Kind;
    switch (request.pkgs.kind) {
    case File:
        return {{"kind", "file"}, {"file", realPath(request.pkgs.file)}, {"explicit", true}};
    case Host:
        return {{"kind", "host"}, {"explicit", true}};
    case Auto:
        break;
    }
    return {{"kind", hasFlake(request.root) ? "flake" : "host"}, {"explicit", false}};
}

std::string requestText(const WorkflowRequest& request) {
    JsonObject params;
    for (const auto& [name, value] : request.params) {
        params[name] = value;
    }
    JsonObject asked{
        {"file", request.file}, {"name", request.name.empty() ? Json(nullptr) : Json(request.name)},
        {"root", request.root}, {"system", request.system},
        {"params", params},     {"pkgs", packages(request)}};
    if (!request.locks.is_null()) {
        asked["locks"] = request.locks;
    }
    return toLine(asked);
}

// What Nix says about a package that the host set lacks does not say what to do.
Error explain(Error error, const WorkflowRequest& request) {
    if (error.code != ErrorCode::Evaluation || !error.hint.empty()) {
        return std::move(error).within("while evaluating " + request.file);
    }
    const bool host = request.pkgs.kind == PackageSet::Kind::Host ||
                      (request.pkgs.kind == PackageSet::Kind::Auto && !hasFlake(request.root));
    if (error.message.contains("was not found in the Nix search path")) {
        error.hint = "choose the packages: --pkgs FILE, or --pkgs host for the programs of this machine";
    } else if (host && error.message.contains("attribute '") && error.message.contains("' missing")) {
        error.hint =
            "if a package is meant: without nixpkgs only common programs of this machine have names in pkgs; "
            "give a package set with --pkgs FILE or a flake with a locked nixpkgs";
    }
    return std::move(error).within("while evaluating " + request.file);
}

Result<void> settlePaths(WorkflowRequest& request) {
    if (!exists(request.file)) {
        return fail(ErrorCode::NotFound, fmt::format("there is no workflow file {}", request.file));
    }
    if (request.pkgs.kind == PackageSet::Kind::File && !exists(request.pkgs.file)) {
        return fail(ErrorCode::NotFound, fmt::format("there is no package set {}", request.pkgs.file),
                    "--pkgs takes a .nix file, a folder with default.nix, or the word host");
    }
    request.file = realPath(request.file);
    request.root = realPath(request.root);
    if (request.system.empty()) {
        request.system = thisSystem();
    }
    return {};
}

// The first evaluation writes nothing; a workflow that refers to the store, or that fails because something
// is not in the store yet, is evaluated again with writing.
io::Task<Result<nix::Evaluation>> evaluate(nix::Evaluator evaluator, nix::EvalRequest request, bool real,
                                           io::StopToken stop) {
    request.writes = real;
    Result<nix::Evaluation> first = co_await evaluator.evaluate(request, stop);
    const bool again =
        first ? needsStore(first->value)
              : first.error().code == ErrorCode::Evaluation && first.error().message.contains("/store/");
    if (request.writes || !again) {
        co_return first;
    }
    request.writes = true;
    co_return co_await evaluator.evaluate(request, stop);
}

} // namespace

PackageSet PackageSet::parse(std::string_view option, std::string_view folder) {
    if (option.empty()) {
        return {};
    }
    if (option == "host") {
        return {.kind = Kind::Host, .file = {}};
    }
    return {.kind = Kind::File,
            .file = option.starts_with('/') ? std::string(option) : fmt::format("{}/{}", folder, option)};
}

Result<PreparedWorkflow> prepareWorkflow(WorkflowRequest request) {
    CIRQUE_TRY(settlePaths(request));
    CIRQUE_TRY_ASSIGN(const std::string library, nix::installLibrary(request.stateFolder));
    const bool flake = hasFlake(request.root);
    PreparedWorkflow prepared;
    prepared.writes =
        request.pkgs.kind == PackageSet::Kind::File || (request.pkgs.kind == PackageSet::Kind::Auto && flake);
    prepared.asked = {.file = library + "/entry.nix",
                      .args = {{"request", requestText(request)}},
                      .writes = prepared.writes,
                      .flakes = flake,
                      .observer = {},
                      .library = library};
    prepared.request = std::move(request);
    return prepared;
}

std::string describe(const PreparedWorkflow& prepared) {
    const nix::Evaluator evaluator(prepared.request.environment);
    nix::EvalRequest writing = prepared.asked;
    writing.writes = true;
    return evaluator.describe(prepared.asked) + evaluator.describe(writing);
}

io::Task<Result<EvaluatedWorkflow>> evaluateWorkflow(PreparedWorkflow prepared, io::StopToken stop) {
    const nix::Evaluator evaluator(prepared.request.environment);
    Result<nix::Evaluation> evaluation = co_await evaluate(evaluator, prepared.asked, prepared.writes, stop);
    if (!evaluation) {
        co_return fail(explain(std::move(evaluation).error(), prepared.request));
    }
    if (prepared.request.notes && !evaluation->notes.empty()) {
        prepared.request.notes(evaluation->notes);
    }
    EvaluatedWorkflow out;
    out.notes = evaluation->notes;
    out.observed = std::move(evaluation->observed);
    CIRQUE_CO_TRY_ASSIGN(out.document, takeDocument(std::move(*evaluation)));
    co_return out;
}

Result<plan::Plan> readWorkflow(const PreparedWorkflow& prepared, const Json& document) {
    plan::Parsed parsed = plan::parsePlan(document);
    if (!parsed.problems.empty()) {
        return fail(ErrorCode::InvalidPlan, tellProblems(parsed.problems, shownFile(prepared.request)));
    }
    for (plan::Job& job : parsed.plan.jobs) {
        if (job.system.empty()) {
            job.system = prepared.request.system;
        }
    }
    return std::move(parsed.plan);
}

io::Task<Result<plan::Plan>> loadWorkflow(WorkflowRequest request, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(PreparedWorkflow prepared, prepareWorkflow(std::move(request)));
    Result<EvaluatedWorkflow> evaluated = co_await evaluateWorkflow(prepared, std::move(stop));
    if (!evaluated) {
        co_return fail(std::move(evaluated).error());
    }
    co_return readWorkflow(prepared, evaluated->document);
}

} // namespace cirque::frontend
