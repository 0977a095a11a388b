// SPDX-License-Identifier: Apache-2.0
#include "app/local/places.hh"

#include "agent/materials.hh"
#include "app/local/program-files.hh"
#include "app/local/tree-hash.hh"
#include "app/local/tree-port.hh"
#include "artifact/store.hh"
#include "base/machine.hh"
#include "exec/local/local-executor.hh"
#include "exec/local/run-folder.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <array>

namespace cirque::app {

struct Places::Parts {
    const LocalRequest& request;
    history::RunFolder folder;
    std::vector<std::string> notices;
    std::optional<exec::RunFolder> work;     // job folders and the snapshot
    std::optional<exec::RunFolder> privates; // scripts and environments, in memory
    std::optional<TreePort> tree;
    std::optional<ArtifactPort> artifacts;
    std::optional<exec::LocalExecutor> local;

    io::Task<Result<void>> confirmTree(io::StopToken stop);
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
    : parts_(new Parts{request, std::move(folder), {}, {}, {}, {}, {}, {}}) {}

Places::~Places() = default;

io::Task<Result<void>> Places::prepare(io::StopToken stop) {
    Parts& parts = *parts_;
    const LocalRequest& request = parts.request;
    const std::string name = request.options.run.text();
    const std::array<std::string, 1> candidates{request.settings.privateRoot};
    CIRQUE_CO_TRY_ASSIGN(const std::string privateRoot, exec::openPrivateRoot(candidates));
    const std::string workRoot = request.settings.stateDir + "/work";
    for (const std::string& root : {privateRoot, workRoot}) {
        for (std::string& problem : exec::sweep(root)) {
            parts.notices.push_back("left over from a run that is gone: " + std::move(problem));
        }
    }
    CIRQUE_CO_TRY_ASSIGN(parts.privates, exec::RunFolder::create(privateRoot, name));
    CIRQUE_CO_TRY_ASSIGN(parts.work, exec::RunFolder::create(workRoot, name));

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
        CIRQUE_CO_TRY(co_await parts.confirmTree(std::move(stop)));
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
    options.keep = request.keep;
    parts.local.emplace(std::move(options), *parts.tree, *parts.artifacts);
    co_return Result<void>{};
}

const std::string& Places::workFolder() const {
    return parts_->work->path();
}

const std::vector<std::string>& Places::notices() const {
    return parts_->notices;
}

io::Task<> Places::close() {
    Parts& parts = *parts_;
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
    return nullptr;
}

} // namespace cirque::app
