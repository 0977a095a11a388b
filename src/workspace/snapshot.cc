// SPDX-License-Identifier: Apache-2.0
#include "workspace/snapshot.hh"

#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "workspace/copy-in.hh"
#include "workspace/copy-out.hh"
#include "workspace/git-copy.hh"
#include "workspace/git-list.hh"
#include "workspace/stored.hh"
#include "workspace/walk.hh"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cirque::workspace {
namespace {

Unexpected stopped(std::string_view what) {
    return fail(ErrorCode::Process, fmt::format("{} was stopped", what));
}

std::string join(const std::string& base, const std::string& path) {
    return path.empty() ? base : base + "/" + path;
}

// Adds the files of one repository, or of a folder without git, at `prefix` of the tree. Returns the folders
// in it that may be repositories of their own.
Result<std::vector<std::string>> addFiles(const Tree& tree, const std::string& prefix, std::string paths,
                                          Stored& stored, const std::atomic<bool>& cancelled) {
    if (tree.git) {
        FileList list;
        list.addZeroTerminated(std::move(paths), prefix);
        CIRQUE_TRY_ASSIGN(GitCopy copy, readGit(*tree.git, prefix));
        stored.repositories.push_back(std::move(copy));
        return copyIn(tree.root, std::move(list), stored, cancelled);
    }
    CIRQUE_TRY_ASSIGN(FileList list, walkFolder(tree.root, cancelled));
    return copyIn(tree.root, std::move(list), stored, cancelled);
}

Result<std::unique_ptr<Stored>> makeStored(const std::string& into) {
    auto stored = std::make_unique<Stored>();
    CIRQUE_TRY(io::makeNewFolder(into, 0700, "the folder of the snapshot"));
    stored->folder = into;
    return stored;
}

struct Nested {
    std::string prefix;
    Tree tree; // root: the tree's own, so that paths stay relative to it
};

} // namespace

io::Task<Result<Snapshot>> Snapshot::take(Tree tree, std::string into, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(std::unique_ptr<Stored> made, makeStored(into));
    Snapshot snapshot;
    snapshot.stored_ = std::move(made);
    Stored& stored = *snapshot.stored_;
    std::atomic<bool> cancelled{false};
    const io::StopCallback callback = stop.onStop([&](io::StopLevel) { cancelled = true; });

    const std::string root = tree.root;
    std::vector<Nested> todo{{"", std::move(tree)}};
    while (!todo.empty()) {
        const Nested next = std::move(todo.back());
        todo.pop_back();
        std::string paths;
        if (next.tree.git) {
            auto listing = co_await listGitFiles(join(root, next.prefix), stop);
            if (!listing) {
                co_return fail(std::move(listing).error());
            }
            paths = std::move(listing->paths);
            std::ranges::move(listing->notices, std::back_inserter(stored.notices));
        }
        auto add = [&] { return addFiles(next.tree, next.prefix, std::move(paths), stored, cancelled); };
        auto folders = co_await io::offload(add);
        if (cancelled) {
            co_return stopped("taking the snapshot");
        }
        if (!folders) {
            co_return fail(std::move(folders).error().within("while taking the snapshot"));
        }
        for (std::string& folder : *folders) {
            CIRQUE_CO_TRY_ASSIGN(auto git, findGitAt(join(root, folder)));
            if (git && folder != next.prefix) {
                todo.push_back({std::move(folder), Tree{root, std::move(git)}});
            }
        }
    }
    co_return snapshot;
}

Snapshot::Snapshot() : stored_(std::make_unique<Stored>()) {}

Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

Result<void> Snapshot::makeJobFolder(const std::string& dest, JobFolderOptions options) const {
    if (stored_->spent) {
        return fail(ErrorCode::NotFound, fmt::format("the snapshot for {} has been used up", dest));
    }
    CIRQUE_TRY(makeEmptyJobFolder(dest));
    if (stored_->folder.empty()) {
        return {};
    }
    if (options.lastUse) {
        stored_->spent = true;
    }
    static const std::atomic<bool> never{false};
    const std::atomic<bool>& cancelled = options.cancelled != nullptr ? *options.cancelled : never;
    auto made = copyOut(*stored_, dest, options.lastUse, cancelled);
    if (made && !cancelled) {
        return {};
    }
    CIRQUE_TRY(io::removeTree(dest));
    return made ? Result<void>(stopped("making " + dest))
                : fail(std::move(made).error().within("while making the job's folder"));
}

const std::vector<std::string>& Snapshot::notices() const {
    return stored_->notices;
}

Snapshot::Size Snapshot::size() const {
    Size size;
    for (const StoredFolder& folder : stored_->folders) {
        for (const StoredFile& file : folder.files) {
            if (file.kind != StoredKind::Missing && file.kind != StoredKind::Folder) {
                ++size.files;
                size.bytes += file.size;
            }
        }
    }
    return size;
}

Result<void> makeEmptyJobFolder(const std::string& dest) {
    return io::makeNewFolder(dest, 0755, "the job's folder");
}

} // namespace cirque::workspace
