// SPDX-License-Identifier: Apache-2.0
#include "app/local/tree-port.hh"

#include "engine/needs.hh"
#include "io/runtime/runtime.hh"
#include "plan/effective.hh"

#include <atomic>

namespace cirque::app {
namespace {

// How many copies of the tree the plan can ask for; -1 when a matrix decides that later.
int copiesWanted(const plan::Plan& plan) {
    int copies = 0;
    for (const plan::Job& job : plan.jobs) {
        if (!job.copyRepo || !engine::needsPlace(job)) {
            continue;
        }
        if (!job.matrix.axes.empty()) {
            return -1;
        }
        copies += plan::jobRetry(job).maxAttempts;
    }
    return copies;
}

} // namespace

TreePort::TreePort(const plan::Plan& plan, std::string tree, std::string workRoot)
    : tree_(std::move(tree)), workRoot_(std::move(workRoot)), usesLeft_(copiesWanted(plan)) {}

TreePort::~TreePort() = default;

io::Task<Result<void>> TreePort::prepare(io::StopToken stop) {
    if (usesLeft_ == 0) {
        co_return Result<void>{};
    }
    CIRQUE_CO_TRY_ASSIGN(workspace::Tree tree, workspace::findTree(tree_));
    CIRQUE_CO_TRY_ASSIGN(snapshot_, co_await workspace::Snapshot::take(
                                        std::move(tree), workRoot_ + "/snapshot", std::move(stop)));
    co_return Result<void>{};
}

io::Task<Result<void>> TreePort::make(std::string path, bool copyRepo, io::StopToken stop) {
    if (!copyRepo) {
        co_return workspace::makeEmptyJobFolder(path);
    }
    std::atomic<bool> cancelled = false;
    const io::StopCallback watch = stop.onStop([&cancelled](io::StopLevel) { cancelled = true; });
    workspace::JobFolderOptions options;
    options.lastUse = usesLeft_ == 1 && usesNow_ == 0;
    options.cancelled = &cancelled;
    usesLeft_ = usesLeft_ > 0 ? usesLeft_ - 1 : usesLeft_;
    ++usesNow_;
    const std::function<Result<void>()> copy = [&] { return snapshot_.makeJobFolder(path, options); };
    Result<void> made = co_await io::offload(copy);
    --usesNow_;
    co_return made;
}

io::Task<Result<void>> ArtifactPort::restore(std::string name, std::string folder, std::string path,
                                             io::StopToken stop) {
    std::atomic<bool> cancelled = false;
    const io::StopCallback watch = stop.onStop([&cancelled](io::StopLevel) { cancelled = true; });
    const std::function<Result<void>()> work = [&] { return store_.restore(name, folder, path, &cancelled); };
    Result<void> restored = co_await io::offload(work);
    co_return restored;
}

io::Task<Result<exec::CollectedArtifact>> ArtifactPort::save(std::string name, std::string folder,
                                                             std::string path, io::StopToken stop) {
    std::atomic<bool> cancelled = false;
    const io::StopCallback watch = stop.onStop([&cancelled](io::StopLevel) { cancelled = true; });
    const std::function<Result<artifact::Saved>()> work = [&] {
        return store_.save(folder, path, name, &cancelled);
    };
    Result<artifact::Saved> saved = co_await io::offload(work);
    if (!saved) {
        co_return fail(std::move(saved).error());
    }
    exec::CollectedArtifact out{saved->bytes, saved->files, saved->sha256, std::move(saved->skipped)};
    co_return out;
}

io::Task<Result<std::string>> ArtifactPort::locate(std::string name) {
    const std::function<Result<artifact::Manifest>()> find = [&] { return store_.find(name); };
    const Result<artifact::Manifest> found = co_await io::offload(find);
    CIRQUE_CO_TRY(found);
    const std::string files = store_.folderOf(name);
    co_return files.substr(0, files.rfind('/'));
}

io::Task<Result<void>> ArtifactPort::takeOver(std::string name, std::string root, std::string sha256,
                                              io::StopToken stop) {
    std::atomic<bool> cancelled = false;
    const io::StopCallback watch = stop.onStop([&cancelled](io::StopLevel) { cancelled = true; });
    const artifact::ArtifactStore other(std::move(root));
    const std::function<Result<void>()> take = [&] {
        return store_.takeOver(other, name, sha256, &cancelled);
    };
    co_return co_await io::offload(take);
}

} // namespace cirque::app
