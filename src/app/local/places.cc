// SPDX-License-Identifier: Apache-2.0
#include "app/local/places.hh"

#include "agent/env.hh"
#include "agent/materials.hh"
#include "agent/run-folder.hh"
#include "app/local/asked-jobs.hh"
#include "app/local/closures-port.hh"
#include "app/local/executors.hh"
#include "app/local/image-services.hh"
#include "app/local/place-marks.hh"
#include "app/local/program-files.hh"
#include "app/local/tree-hash.hh"
#include "app/local/tree-port.hh"
#include "artifact/store.hh"
#include "base/machine.hh"
#include "exec/local/local-executor.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace cirque::app {

namespace {

// A shell among the programs that make places must not read or obey what was meant for the caller's.
std::vector<std::string> forHelpers(const config::Environment& environment) {
    std::vector<std::string> variables = environment.block();
    std::erase_if(variables, [](const std::string& entry) {
        const std::string name = entry.substr(0, entry.find('='));
        return agent::steersBash(name) || name == "ENV";
    });
    return variables;
}

io::Task<> stopLater(io::StopSource stop, Millis after, io::StopToken ended) {
    if (co_await io::sleepFor(after, std::move(ended))) {
        stop.request(io::StopLevel::Immediate, io::StopReason::Timeout);
    }
}

} // namespace

struct Places::Parts {
    const LocalRequest& request;
    history::RunFolder folder;
    std::vector<std::string> notices{};
    std::optional<agent::RunFolder> work{};     // job folders and the snapshot
    std::optional<agent::RunFolder> privates{}; // scripts and environments, in memory
    std::optional<TreePort> tree{};
    std::optional<ArtifactPort> artifacts{};
    std::shared_ptr<agent::LeaderSet> leaders = std::make_shared<agent::LeaderSet>();
    std::optional<exec::LocalExecutor> local{};
    std::vector<std::unique_ptr<exec::Executor>> others{}; // of the kinds the plan names
    ClosuresPort closures{request.environment};

    io::Task<Result<void>> confirmTree(io::StopToken stop);
    Result<void> mark(std::string_view kind);
    Result<void> makeOthers();
    [[nodiscard]] exec::AgentWorld world();
    io::Task<> sweepOthers(io::StopToken stop);
    io::Task<> sweepKind(const ExecutorRow* row, std::vector<PlaceMark> marks, io::StopToken stop);
    io::Task<Result<void>> checkOthers(io::StopToken stop);
    [[nodiscard]] exec::Executor* findOther(std::string_view kind) const;
    void sweepFolders(const std::string& root);
};

// The snapshot is younger than the fingerprint: what was changed in between would pass for the tree of that
// fingerprint, and so would every outcome on it.
io::Task<Result<void>> Places::Parts::confirmTree(io::StopToken stop) {
    const Result<std::string> now = co_await currentTreeHash(request.tree, request.settings.stateDir, stop);
    if (stop.stopRequested()) {
        co_return fail(ErrorCode::Process, "looking at the tree was stopped");
    }
    if (now && *now == request.treeHash) {
        co_return Result<void>{};
    }
    std::string what = now ? fmt::format("files of {} changed while the run began", request.tree)
                           : fmt::format("nobody knows whether files of {} changed while the run began: {}",
                                         request.tree, now.error().text());
    if (request.sameTree) {
        co_return fail(ErrorCode::Io, std::move(what),
                       "repeat it when the tree is at rest; --current-tree takes it as it is");
    }
    CIRQUE_CO_TRY(io::writeFileAtomic(folder.treeChanged(), ""));
    notices.push_back(std::move(what) + "; 'cirque rerun' of it asks for --current-tree");
    co_return Result<void>{};
}

Places::Places(const LocalRequest& request, history::RunFolder folder)
    : parts_(new Parts{.request = request, .folder = std::move(folder)}) {}

Places::~Places() = default;

io::Task<Result<void>> Places::prepare(io::StopToken stop) {
    Parts& parts = *parts_;
    const LocalRequest& request = parts.request;
    const std::string name = request.options.run.text();
    const std::array<std::string, 1> candidates{request.settings.privateRoot};
    CIRQUE_CO_TRY_ASSIGN(const std::string privateRoot, agent::openPrivateRoot(candidates));
    const std::string workRoot = request.settings.stateDir + "/work";
    parts.sweepFolders(privateRoot);
    CIRQUE_CO_TRY_ASSIGN(parts.privates, agent::RunFolder::create(privateRoot, name));
    CIRQUE_CO_TRY_ASSIGN(parts.work, agent::RunFolder::create(workRoot, name));

    const std::string path = request.environment.get("PATH");
    const std::string bash = agent::findProgram("bash", path);
    if (bash.empty()) {
        co_return fail(ErrorCode::MissingTool, fmt::format("bash is not on PATH ({})", path),
                       "install bash: every step that is a script runs in it");
    }
    CIRQUE_CO_TRY_ASSIGN(const std::string leader, findLeader());

    parts.tree.emplace(*request.plan, request.tree, parts.work->path());
    CIRQUE_CO_TRY(co_await parts.tree->prepare(stop));
    if (parts.tree->hasSnapshot() && !request.treeHash.empty()) {
        CIRQUE_CO_TRY(co_await parts.confirmTree(stop));
    }
    for (const std::string& notice : parts.tree->notices()) {
        parts.notices.push_back(notice);
    }
    parts.artifacts.emplace(parts.folder.artifacts());
    exec::LocalOptions options;
    options.workRoot = parts.work->path();
    options.privateRoot = parts.privates->path();
    options.leader = leader;
    options.bash = bash;
    options.hostPath = path;
    options.system = thisSystem();
    options.stateDir = request.settings.stateDir;
    options.environment = forHelpers(request.environment);
    options.leaders = parts.leaders;
    options.keep = request.keep;
    parts.local.emplace(std::move(options), *parts.tree, *parts.artifacts);
    CIRQUE_CO_TRY(parts.makeOthers());
    co_await parts.sweepOthers(stop);
    if (stop.stopRequested()) {
        co_return fail(ErrorCode::Process, "removing what runs that are gone left was stopped");
    }
    parts.sweepFolders(workRoot); // now that nothing is mounted there, nor anything another user's
    co_return co_await parts.checkOthers(stop);
}

void Places::Parts::sweepFolders(const std::string& root) {
    for (std::string& problem : agent::sweep(root)) {
        notices.push_back("left over from a run that is gone: " + std::move(problem));
    }
}

exec::AgentWorld Places::Parts::world() {
    return {.run = request.options.run,
            .stateDir = request.settings.stateDir,
            .tree = request.tree,
            .workRoot = work->path(),
            .privateFolder = privates->path(),
            .agent = {},
            .leader = {},
            .hostPath = request.environment.get("PATH"),
            .environment = forHelpers(request.environment),
            .system = thisSystem(),
            .leaders = leaders,
            .keep = request.keep,
            .workspaces = *tree,
            .artifacts = *artifacts,
            .closures = closures};
}

Result<void> Places::Parts::mark(std::string_view kind) {
    const auto row = std::ranges::find(executorRows(), kind, &ExecutorRow::kind);
    const std::string reach = row->reach == nullptr ? std::string() : row->reach(world());
    return markPlaces(request.settings.stateDir, kind, request.options.run, reach);
}

// Jobs that join the plan later (a flake's) are local ones.
Result<void> Places::Parts::makeOthers() {
    if (hasImagesHere(request)) { // their containers are found as those of jobs are
        CIRQUE_TRY(mark("oci"));
    }
    for (const ExecutorRow& row : executorRows()) {
        const auto isOfKind = [&row](const plan::Job& job) { return job.executor.kind == row.kind; };
        if (row.make == nullptr || !std::ranges::any_of(request.plan->jobs, isOfKind)) {
            continue;
        }
        exec::AgentWorld its = world();
        CIRQUE_TRY_ASSIGN(its.agent, findAgent());
        CIRQUE_TRY_ASSIGN(its.leader, findLeader());
        if (row.leavesThings) {
            CIRQUE_TRY(mark(row.kind));
        }
        others.push_back(row.make(std::move(its)));
    }
    return {};
}

// Of the kinds that this run has, and of those that runs had that are gone. What takes too long, or fails, is
// told, and then left alone for a while: other runs do not wait for it again.
io::Task<> Places::Parts::sweepOthers(io::StopToken stop) {
    constexpr Millis patience{60000};
    const std::vector<PlaceMark> marks = marksOfDeadRuns(request.settings.stateDir);
    io::StopSource enough;
    io::StopSource done;
    const io::StopCallback relay =
        stop.onStop([&enough, stop](io::StopLevel level) { enough.request(level, stop.reason()); });
    io::TaskGroup timer;
    co_await timer.start();
    timer.spawn(stopLater(enough, patience, done.token()));
    for (const ExecutorRow& row : executorRows()) {
        std::vector<PlaceMark> own;
        // another engine does not know what was left, and must not forget it
        const std::string reach = row.reach == nullptr || marks.empty() ? std::string() : row.reach(world());
        std::ranges::copy_if(marks, std::back_inserter(own), [&row, &reach](const PlaceMark& mark) {
            return mark.kind == row.kind && (mark.reach == reach || mark.reach.empty());
        });
        if (!enough.token().stopRequested() &&
            (own.empty() || !std::ranges::all_of(own, &PlaceMark::rests))) {
            co_await sweepKind(&row, std::move(own), enough.token());
        }
    }
    done.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
}

io::Task<> Places::Parts::sweepKind(const ExecutorRow* row, std::vector<PlaceMark> marks,
                                    io::StopToken stop) {
    exec::Executor* executor = findOther(row->kind);
    std::unique_ptr<exec::Executor> guest;
    if (executor == nullptr && row->leavesThings && !marks.empty()) {
        guest = row->make(world());
        executor = guest.get();
    }
    if (executor == nullptr) {
        co_return;
    }
    Result<std::vector<std::string>> problems = co_await executor->sweep(stop);
    if (guest) {
        (void)co_await guest->close(); // it made nothing
    }
    if (stop.stopRequested() && stop.reason() != io::StopReason::Timeout) {
        co_return; // nothing is known
    }
    if (!problems && guest) { // a run that has such places hears why from their check
        problems = {
            fmt::format("nobody can look for places of '{}' now: {}", row->kind, problems.error().text())};
    }
    if (problems && problems->empty()) {
        forgetMarks(marks);
    } else if (problems) {
        restMarks(marks);
    }
    for (std::string& problem : problems ? *problems : std::vector<std::string>()) {
        notices.push_back("left over from a run that is gone, and left alone for an hour: " +
                          std::move(problem));
    }
}

io::Task<Result<void>> Places::Parts::checkOthers(io::StopToken stop) {
    CIRQUE_CO_TRY(checkEngine(request));
    const AskedJobs asked(request);
    for (const plan::Job& job : request.plan->jobs) {
        exec::Executor* executor = findOther(job.executor.kind);
        if (executor == nullptr || !asked.contains(job.name)) {
            continue;
        }
        const auto shared = std::make_shared<const plan::Job>(job);
        Result<void> able = co_await executor->check(shared, stop);
        if (!able) {
            co_return fail(std::move(able).error().within(
                fmt::format("job '{}' cannot run in its place, '{}'", job.name, job.executor.kind)));
        }
    }
    co_return Result<void>{};
}

exec::Executor* Places::Parts::findOther(std::string_view kind) const {
    const auto found = std::ranges::find(others, kind, [](const auto& executor) { return executor->kind(); });
    return found == others.end() ? nullptr : found->get();
}

const std::string& Places::workFolder() const {
    return parts_->work->path();
}

ClosuresPort& Places::closures() const {
    return parts_->closures;
}

const std::vector<std::string>& Places::notices() const {
    return parts_->notices;
}

io::Task<> Places::close() {
    Parts& parts = *parts_;
    for (const auto& executor : parts.others) {
        (void)co_await executor->close(); // what is left is found by the next run's sweep
    }
    parts.others.clear();
    parts.local.reset();
    parts.tree.reset();
    const auto remove = [&parts] {
        if (parts.privates) {
            (void)parts.privates->remove(); // the next run sweeps what is left
        }
        if (parts.work && parts.request.keep) {
            (void)parts.work->keep();
        } else if (parts.work) {
            (void)parts.work->remove();
        }
    };
    remove();
    co_return;
}

exec::Executor* Places::find(std::string_view kind) const {
    if (parts_->local && kind == parts_->local->kind()) {
        return &*parts_->local;
    }
    return parts_->findOther(kind);
}

} // namespace cirque::app
