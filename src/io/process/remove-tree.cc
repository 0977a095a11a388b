// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "io/process/fd.hh"
#include "io/process/one-mount.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace cirque::io {

namespace {

constexpr int folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Walks with one open folder and a stack of levels, so that neither the depth of the tree nor a link that is
// put into it meanwhile leads astray: down without following, up by ".." checked against what was left. A
// mount is left alone: what lies there is not the tree's.
class Remover {
  public:
    // Without a slash at its end.
    explicit Remover(const std::string& root)
        : root_(root), name_(root.substr(root.rfind('/') + 1)),
          above_(::open(aboveOf(root).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

    Result<void> run() {
        if (!above_) {
            note("open", root_);
            return finish();
        }
        if (!descend(above_.get(), name_)) {
            return finish();
        }
        while (!levels_.empty()) {
            auto& level = levels_.back();
            if (level.folders.empty()) {
                if (!ascend()) {
                    break;
                }
                continue;
            }
            auto name = std::move(level.folders.back());
            level.folders.pop_back();
            (void)descend(current_.get(), name);
        }
        return finish();
    }

  private:
    struct Level {
        std::string name;
        dev_t device = 0;
        ino_t inode = 0;
        std::vector<std::string> folders; // still to remove
    };

    static std::string aboveOf(const std::string& root) {
        const std::size_t slash = root.rfind('/');
        return slash == std::string::npos ? "." : root.substr(0, slash + 1);
    }

    void note(std::string_view action, const std::string& name) {
        if (errno == ENOENT || error_) {
            return;
        }
        auto why = errno;
        std::string object = root_;
        for (std::size_t at = 1; at < levels_.size(); ++at) {
            object += '/' + levels_[at].name;
        }
        object += levels_.empty() ? "" : '/' + name;
        if (why == EXDEV) {
            error_ = Error{ErrorCode::Io,
                           fmt::format("cannot remove {}: something is mounted there", object),
                           fmt::format("end what uses it, then: umount {}; rm -r {}", shellQuote(object),
                                       shellQuote(root_)),
                           {}};
        } else {
            error_ = systemError(why, action, object);
        }
    }

    Result<void> finish() {
        if (error_) {
            return fail(std::move(*error_));
        }
        return {};
    }

    // A folder without read permission is made ours through a handle that follows no link.
    static UniqueFd openFolder(int parent, const std::string& name) {
        UniqueFd fd = openOnSameMount(parent, name);
        if (fd || errno != EACCES) {
            return fd;
        }
        const UniqueFd handle = openOnSameMount(parent, name, true);
        if (!handle || ::chmod(fmt::format("/proc/self/fd/{}", handle.get()).c_str(), 0700) != 0) {
            errno = EACCES;
            return {};
        }
        return openOnSameMount(parent, name);
    }

    bool descend(int parent, const std::string& name) {
        UniqueFd fd = openFolder(parent, name);
        if (!fd) {
            note("open", name);
            return false;
        }
        struct stat info{};
        if (::fstat(fd.get(), &info) != 0) {
            note("read", name);
            return false;
        }
        if ((info.st_mode & S_IRWXU) != S_IRWXU) {
            (void)::fchmod(fd.get(), S_IRWXU); // a refusal shows at the first removal
        }
        current_ = std::move(fd);
        levels_.push_back({name, info.st_dev, info.st_ino, {}});
        removeFiles();
        return true;
    }

    void removeFiles() {
        constexpr std::size_t bufferBytes = 16U << 10U;
        alignas(dirent64) std::array<char, bufferBytes> buffer; // NOLINT(*-member-init): the kernel fills it
        while (true) {
            const ssize_t size = ::getdents64(current_.get(), buffer.data(), buffer.size());
            if (size < 0) {
                note("read", ".");
            }
            if (size <= 0) {
                return;
            }
            for (ssize_t at = 0; at < size;) {
                const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
                at += entry->d_reclen;
                removeFile(entry->d_name, entry->d_type);
            }
        }
    }

    // A folder is noted for its turn.
    void removeFile(std::string_view entry, unsigned char type) {
        if (entry == "." || entry == "..") {
            return;
        }
        std::string name(entry);
        if (type == DT_DIR) {
            levels_.back().folders.push_back(std::move(name));
        } else if (::unlinkat(current_.get(), name.c_str(), 0) != 0) {
            if (errno == EISDIR) {
                levels_.back().folders.push_back(std::move(name));
            } else {
                note("remove", name);
            }
        }
    }

    // False: cannot go on. The folder just emptied is removed from its parent.
    bool ascend() {
        auto name = levels_.back().name;
        levels_.pop_back();
        if (levels_.empty()) {
            current_.reset();
            if (::unlinkat(above_.get(), name_.c_str(), AT_REMOVEDIR) != 0) {
                note("remove", root_);
            }
            return true;
        }
        UniqueFd parent(::openat(current_.get(), "..", folderFlags));
        struct stat info{};
        if (!parent || ::fstat(parent.get(), &info) != 0) {
            note("go back from", name);
            return false;
        }
        if (info.st_dev != levels_.back().device || info.st_ino != levels_.back().inode) {
            errno = ESTALE;
            note("go back from the moved folder", name);
            return false;
        }
        current_ = std::move(parent);
        if (::unlinkat(current_.get(), name.c_str(), AT_REMOVEDIR) != 0) {
            note("remove", name);
        }
        return true;
    }

    std::string root_;
    std::string name_; // its last component
    UniqueFd above_;   // the folder it lies in
    UniqueFd current_;
    std::vector<Level> levels_;
    std::optional<Error> error_;
};

} // namespace

Result<void> removeTree(const std::string& path) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) {
        return {};
    }
    if (errno != EISDIR && errno != EPERM && errno != ENOTDIR) {
        return fail(systemError(errno, "remove", path));
    }
    std::string root = path;
    while (root.size() > 1 && root.ends_with('/')) {
        root.pop_back();
    }
    Remover remover(root);
    return remover.run();
}

} // namespace cirque::io
