// SPDX-License-Identifier: Apache-2.0
#include "app/local/flake.hh"

#include "app/local/flake-jobs.hh"
#include "base/machine.hh"
#include "base/text.hh"
#include "io/process/fd.hh"
#include "plan/params.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace cirque::app {
namespace {

constexpr std::size_t mostEvaluators = 2; // one store takes the .drv files of all, so more gain little
constexpr std::int64_t mebi = 1 << 20;

// What may be taken from this machine now; 0 when nobody knows.
std::int64_t availableMemory() {
    constexpr std::string_view name = "MemAvailable:";
    const Result<std::string> text = io::readFile("/proc/meminfo");
    if (!text) {
        return 0;
    }
    const std::size_t at = text->find(name);
    if (at == std::string::npos) {
        return 0;
    }
    const std::string_view rest = trim(std::string_view(*text).substr(at + name.size()));
    std::int64_t kibi = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), kibi);
    return kibi * 1024;
}

frontend::EvaluatorLimits limitsOf(const PlanRequest& request) {
    constexpr std::int64_t least = 512 * mebi;
    frontend::EvaluatorLimits limits;
    limits.workers =
        std::clamp<std::size_t>(static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_ONLN)), 1, mostEvaluators);
    limits.memory = request.evalMemory;
    if (limits.memory == 0) {
        if (const std::int64_t available = availableMemory(); available > 0) {
            const auto workers = static_cast<std::int64_t>(limits.workers);
            limits.memory = std::max(least, available / 4 * 3 / workers);
        }
    }
    return limits;
}

frontend::FlakeTarget targetOf(const PlanRequest& request, const workspace::Tree& tree) {
    frontend::FlakeTarget target;
    target.flake.root = tree.root;
    std::error_code ignored;
    const std::string folder =
        std::filesystem::canonical(request.folder, ignored).lexically_relative(tree.root).string();
    target.flake.folder = folder == "." ? "" : folder;
    target.flake.overrides = request.inputOverrides;
    target.flake.environment = request.environment.variables();
    target.system = request.system.empty() ? thisSystem() : request.system;
    target.wanted = request.attributes;
    target.limits = limitsOf(request);
    target.notes = request.notes;
    return target;
}

// Bare words name jobs of the flake's workflow; a flake without one has its attributes for jobs.
io::Task<Result<frontend::OpenedFlake>> open(frontend::FlakeTarget target, std::vector<std::string> jobs,
                                             io::StopToken stop) {
    Result<frontend::OpenedFlake> opened = co_await frontend::openFlake(target, stop);
    if (!opened || opened->workflow || jobs.empty()) {
        co_return opened;
    }
    if (!target.wanted.empty()) {
        co_return fail(ErrorCode::Usage,
                       fmt::format("'{}' follows attributes, and only a workflow has jobs", jobs.front()),
                       fmt::format("name it as an attribute: '.#{}'", jobs.front()));
    }
    target.wanted = std::move(jobs);
    co_return co_await frontend::openFlake(std::move(target), std::move(stop));
}

Result<void> requireGit(const workspace::Tree& tree) {
    if (tree.git) {
        return {};
    }
    return fail(ErrorCode::Usage, fmt::format("{} holds a flake but is no git repository", tree.root),
                "Nix would copy the whole folder, secrets included, into its store; make it one: "
                "git init && git add flake.nix");
}

std::shared_ptr<const plan::Plan> emptyPlan(const workspace::Tree& tree) {
    plan::Plan plan;
    plan.name = std::filesystem::path(tree.root).filename().string();
    return std::make_shared<const plan::Plan>(std::move(plan));
}

} // namespace

io::Task<Result<LoadedPlan>> loadFlake(PlanRequest request, workspace::Tree tree, io::StopToken stop) {
    const MonoTime began = monoNow();
    CIRQUE_CO_TRY(requireGit(tree));
    const frontend::FlakeTarget target = targetOf(request, tree);
    CIRQUE_CO_TRY_ASSIGN(frontend::OpenedFlake opened, co_await open(target, request.jobs, stop));
    LoadedPlan out;
    out.tree = tree.root;
    if (!opened.workflow) {
        if (!request.params.empty()) {
            co_return fail(ErrorCode::Usage, "--param is for workflows; attributes of a flake take none");
        }
        out.plan = emptyPlan(tree);
        out.more = std::make_shared<FlakeJobs>(std::move(opened), target, began);
        co_return out;
    }
    CIRQUE_CO_TRY_ASSIGN(plan::Plan plan,
                         co_await frontend::loadFlakeWorkflow(target, std::move(opened), std::move(stop)));
    CIRQUE_CO_TRY(plan::bindParams(plan, request.params));
    out.plan = std::make_shared<const plan::Plan>(std::move(plan));
    out.evaluation = event::EvaluationFinished{.duration = monoNow() - began};
    co_return out;
}

io::Task<Result<Json>> locksWithOverrides(PlanRequest request, workspace::Tree tree, io::StopToken stop) {
    if (access((tree.root + "/flake.nix").c_str(), F_OK) != 0) {
        co_return fail(ErrorCode::Usage,
                       fmt::format("--override-input: {} has no flake, so there are no inputs", tree.root));
    }
    CIRQUE_CO_TRY(requireGit(tree));
    nix::FlakeRequest flake{tree.root, {}, request.inputOverrides, request.environment.variables()};
    CIRQUE_CO_TRY_ASSIGN(nix::LockedFlake locked, co_await nix::lockFlake(std::move(flake), std::move(stop)));
    co_return std::move(locked.locks);
}

config::Environment offline(const config::Environment& environment) {
    constexpr std::string_view name = "NIX_CONFIG";
    std::vector<std::pair<std::string, std::string>> variables = environment.variables();
    std::string text = environment.find(name).value_or("");
    text += "\nsubstitute = false\ntarball-ttl = 4294967295\n";
    std::erase_if(variables, [&](const auto& entry) { return entry.first == name; });
    variables.emplace_back(name, std::move(text));
    return config::Environment(std::move(variables));
}

} // namespace cirque::app
