// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "io/process/fd.hh"
#include "io/process/one-mount.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

namespace cirque::io {

namespace {

// Others may change the tree meanwhile, so nothing is reached by a path: each folder is opened from the root
// on, component by component, and what is in it is changed through it.
class Giver {
  public:
    Giver(std::string path, UniqueFd root, unsigned uid, unsigned gid)
        : path_(std::move(path)), root_(std::move(root)), uid_(uid), gid_(gid) {}

    Result<void> run() {
        CIRQUE_TRY(giveOne(root_.get(), "", AT_EMPTY_PATH));
        folders_.emplace_back();
        while (!folders_.empty()) {
            const std::string folder = std::move(folders_.back());
            folders_.pop_back();
            CIRQUE_TRY(giveChildren(folder));
        }
        return {};
    }

  private:
    // It went, or something else took its place.
    static bool isGone(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

    Result<void> giveOne(int folder, const char* name, int flags) {
        struct stat status{};
        if (::fstatat(folder, name, &status, flags) == 0 &&
            ((status.st_uid == uid_ && status.st_gid == gid_) ||
             ::fchownat(folder, name, uid_, gid_, flags) == 0)) {
            return {};
        }
        return isGone(errno)
                   ? Result<void>()
                   : fail(systemError(errno, "change the owner of", fmt::format("{}/{}", path_, name)));
    }

    // Nothing: it is gone, or something is mounted there, which is not the tree's.
    [[nodiscard]] UniqueFd open(const std::string& folder) const {
        UniqueFd at = openOnSameMount(root_.get(), ".");
        for (const std::string_view part : split(folder, '/')) {
            if (at && !part.empty()) {
                at = openOnSameMount(at.get(), std::string(part));
            }
        }
        return at;
    }

    Result<void> giveChildren(const std::string& folder) {
        UniqueFd fd = open(folder);
        if (!fd && (isGone(errno) || errno == EXDEV)) {
            return {};
        }
        const std::unique_ptr<DIR, int (*)(DIR*)> dir(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
        if (!dir) {
            return fail(systemError(errno, "change the owner of the files in", path_ + '/' + folder));
        }
        const int at = fd.release(); // closed with `dir`
        while (const dirent* entry = ::readdir(dir.get())) {
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..") {
                continue;
            }
            const UniqueFd child = openOnSameMount(at, entry->d_name, true);
            if (child) {
                CIRQUE_TRY(giveOne(child.get(), "", AT_EMPTY_PATH));
                folders_.push_back(fmt::format("{}/{}", folder, name));
            } else if (errno != EXDEV) {
                CIRQUE_TRY(giveOne(at, entry->d_name, AT_SYMLINK_NOFOLLOW));
            }
        }
        return {};
    }

    std::string path_;
    UniqueFd root_;
    unsigned uid_;
    unsigned gid_;
    std::vector<std::string> folders_; // still to look into, below the root
};

} // namespace

Result<void> giveTree(const std::string& path, unsigned uid, unsigned gid) {
    UniqueFd root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (root) {
        return Giver(path, std::move(root), uid, gid).run();
    }
    if (errno == ENOENT || ((errno == ENOTDIR || errno == ELOOP) && ::lchown(path.c_str(), uid, gid) == 0)) {
        return {};
    }
    return fail(systemError(errno, "change the owner of", path));
}

} // namespace cirque::io
