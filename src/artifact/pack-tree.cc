// SPDX-License-Identifier: Apache-2.0
#include "artifact/beneath.hh"
#include "artifact/tree-head.hh"
#include "artifact/tree-stream.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>

namespace cirque::artifact {
namespace {

constexpr unsigned permissionBits = 0777;

Result<std::vector<std::string>> namesIn(int folder, const std::string& path) {
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(copy < 0 ? nullptr : ::fdopendir(copy), ::closedir);
    if (!listing) {
        return fail(systemError(errno, "read the folder", path));
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(listing.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    std::ranges::sort(names);
    return names;
}

TreeHead headOf(char type, const struct stat& status) {
    return {type, static_cast<unsigned>(status.st_mode) & permissionBits, status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec, type == 'f' ? status.st_size : 0};
}

Error cannotSend(int errnoValue, const std::string& path) {
    return systemError(errnoValue, "send", path.empty() ? "the folder" : path);
}

} // namespace

Result<TreePacker> TreePacker::open(const std::string& folder) {
    TreePacker packer;
    packer.top_.reset(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!packer.top_) {
        return fail(systemError(errno, "send the folder", folder));
    }
    return packer;
}

Result<TreePacker> TreePacker::openEntry(const std::string& folder, std::string name) {
    CIRQUE_TRY_ASSIGN(TreePacker packer, open(folder));
    packer.only_ = std::move(name);
    return packer;
}

Result<void> TreePacker::enter(io::UniqueFd folder, std::string path, std::string& into) {
    struct stat status{};
    if (::fstat(folder.get(), &status) != 0) {
        return fail(cannotSend(errno, path));
    }
    std::vector<std::string> names;
    if (path.empty() && only_) {
        names.push_back(*only_);
    } else {
        CIRQUE_TRY_ASSIGN(names, namesIn(folder.get(), path));
    }
    appendTreeEntry(into, headOf('d', status), path, {});
    levels_.push_back({std::move(folder), std::move(path), std::move(names), 0});
    return {};
}

Result<void> TreePacker::addEntry(const Level& level, const std::string& name, std::string& into) {
    const std::string path = joinPath(level.path, name);
    struct stat status{};
    if (::fstatat(level.folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return fail(cannotSend(errno, path));
    }
    if (S_ISLNK(status.st_mode)) {
        std::string target(PATH_MAX, '\0');
        const ssize_t size = ::readlinkat(level.folder.get(), name.c_str(), target.data(), target.size());
        if (size < 0) {
            return fail(cannotSend(errno, path));
        }
        target.resize(static_cast<std::size_t>(size));
        appendTreeEntry(into, headOf('l', status), path, target);
        return {};
    }
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
        return {};
    }
    io::UniqueFd opened(::openat(level.folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened || ::fstat(opened.get(), &status) != 0) {
        return fail(cannotSend(errno, path));
    }
    if (S_ISDIR(status.st_mode)) {
        return enter(std::move(opened), path, into);
    }
    appendTreeEntry(into, headOf('f', status), path, {});
    file_ = std::move(opened);
    filePath_ = path;
    fileLeft_ = status.st_size;
    fileBytes_ += status.st_size;
    return {};
}

Result<void> TreePacker::fillFile(std::string& into, std::size_t about) {
    constexpr std::size_t piece = std::size_t{256} << 10U;
    while (fileLeft_ > 0 && into.size() < about) {
        const std::size_t before = into.size();
        const std::size_t wanted = std::min(piece, static_cast<std::size_t>(fileLeft_));
        into.resize(before + wanted);
        const ssize_t got = ::read(file_.get(), into.data() + before, wanted);
        into.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && errno != EINTR) {
            return fail(cannotSend(errno, filePath_));
        }
        if (got == 0) {
            return fail(ErrorCode::Io, fmt::format("{} became shorter while it was sent", filePath_));
        }
        fileLeft_ -= std::max<ssize_t>(got, 0);
    }
    if (fileLeft_ == 0) {
        file_.reset();
    }
    return {};
}

Result<bool> TreePacker::fill(std::string& into, std::size_t about) {
    if (top_) {
        CIRQUE_TRY(enter(std::move(top_), {}, into));
    }
    while (into.size() < about && !ended_) {
        if (file_) {
            CIRQUE_TRY(fillFile(into, about));
        } else if (levels_.empty()) {
            appendTreeEntry(into, {}, {}, {});
            ended_ = true;
        } else if (Level& level = levels_.back(); level.next < level.names.size()) {
            CIRQUE_TRY(addEntry(level, level.names[level.next++], into));
        } else {
            levels_.pop_back();
        }
    }
    return !ended_;
}

} // namespace cirque::artifact
