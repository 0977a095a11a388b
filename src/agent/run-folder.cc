// SPDX-License-Identifier: Apache-2.0
#include "agent/run-folder.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace cirque::agent {

namespace {

constexpr std::string_view lockName = "/run.lock";
constexpr std::string_view keepName = "/run.keep";
constexpr std::string_view unfinished = ".new-"; // of a folder that is not locked yet
constexpr std::time_t unfinishedSeconds = 60;
constexpr int racesLost = 5; // to another run's end on a host, which removes the root when it is empty

// "" when the folder may hold secrets.
std::string whyNotPrivate(const std::string& path) {
    const std::string parent = path.substr(0, path.rfind('/'));
    struct statfs system{};
    if (::statfs(parent.c_str(), &system) != 0) {
        return systemError(errno, "look at", parent).message;
    }
    const auto kind = static_cast<unsigned long>(system.f_type);
    if (kind != TMPFS_MAGIC && kind != RAMFS_MAGIC) {
        return fmt::format("{} is not on a tmpfs", parent);
    }
    struct stat status{};
    bool seen = false;
    for (int tries = 0; tries < racesLost && !seen; ++tries) {
        if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
            return systemError(errno, "make the folder", path).message;
        }
        seen = ::lstat(path.c_str(), &status) == 0;
    }
    if (!seen) {
        return systemError(errno, "look at", path).message;
    }
    if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 0077U) != 0) {
        return fmt::format("{} is not a folder that only this user may enter", path);
    }
    return {};
}

enum class Owner { Alive, Gone, Unknown };

// Takes the lock when its owner is gone, so that two sweepers do not meet.
Owner ownerOf(const std::string& folder, io::UniqueFd& lock) {
    lock.reset(::open((folder + std::string(lockName)).c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (!lock) {
        return Owner::Unknown;
    }
    return ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0 ? Owner::Gone : Owner::Alive;
}

bool isStale(const std::string& root, const std::string& name, io::UniqueFd& lock) {
    const std::string folder = root + '/' + name;
    struct stat status{};
    if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return false;
    }
    if (name.starts_with(unfinished) && ::time(nullptr) - status.st_mtime < unfinishedSeconds) {
        return false;
    }
    const Owner owner = ownerOf(folder, lock);
    if (owner == Owner::Unknown) {
        return name.starts_with(unfinished); // without a lock it is no run's folder, or one half made
    }
    return owner == Owner::Gone && ::access((folder + std::string(keepName)).c_str(), F_OK) != 0;
}

std::vector<std::string> namesIn(const std::string& root, std::vector<std::string>& problems) {
    std::vector<std::string> names;
    DIR* folder = ::opendir(root.c_str());
    if (folder == nullptr) {
        if (errno != ENOENT) {
            problems.push_back(systemError(errno, "look for leftovers in", root).message);
        }
        return names;
    }
    while (const dirent* entry = ::readdir(folder)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    ::closedir(folder);
    return names;
}

} // namespace

Result<std::string> openPrivateRoot(std::span<const std::string> candidates) {
    std::vector<std::string> reasons;
    for (const std::string& path : candidates) {
        std::string reason = whyNotPrivate(path);
        if (reason.empty()) {
            return path;
        }
        reasons.push_back(std::move(reason));
    }
    return fail(ErrorCode::Io, fmt::format("there is no place for secrets: {}", fmt::join(reasons, "; ")),
                "set XDG_RUNTIME_DIR to a folder on a tmpfs, or mount one on /dev/shm");
}

Result<RunFolder> RunFolder::create(const std::string& root, const std::string& name) {
    const std::string temporary = fmt::format("{}/{}{}", root, unfinished, name);
    RunFolder folder;
    folder.path_ = root + '/' + name;
    bool made = false;
    for (int tries = 0; tries < racesLost && !made; ++tries) {
        CIRQUE_TRY(io::makeFolders(root, 0700));
        made = ::mkdir(temporary.c_str(), 0700) == 0;
        if (!made && errno != ENOENT) {
            break;
        }
    }
    if (!made) {
        return fail(systemError(errno, "make the folder", temporary));
    }
    const std::string lock = temporary + std::string(lockName);
    folder.lock_.reset(::open(lock.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!folder.lock_ || ::flock(folder.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        return fail(systemError(errno, "lock", lock));
    }
    if (::rename(temporary.c_str(), folder.path_.c_str()) != 0) {
        Error error = systemError(errno, "make the folder", folder.path_);
        (void)io::removeTree(temporary); // the first failure is the one to tell
        return fail(std::move(error));
    }
    return folder;
}

Result<void> RunFolder::keep() {
    return io::writeFileAtomic(path_ + std::string(keepName), "");
}

Result<void> RunFolder::remove() {
    return io::removeTree(path_);
}

bool isHeld(const std::string& path) {
    io::UniqueFd lock;
    return ownerOf(path, lock) == Owner::Alive;
}

std::vector<std::string> findStale(const std::string& root) {
    std::vector<std::string> problems; // told by sweep
    std::vector<std::string> found;
    for (const std::string& name : namesIn(root, problems)) {
        io::UniqueFd lock;
        if (isStale(root, name, lock)) {
            found.push_back(root + '/' + name);
        }
    }
    return found;
}

std::vector<std::string> sweep(const std::string& root) {
    std::vector<std::string> problems;
    for (const std::string& name : namesIn(root, problems)) {
        io::UniqueFd lock;
        if (!isStale(root, name, lock)) {
            continue;
        }
        if (auto removed = io::removeTree(root + '/' + name); !removed) {
            problems.push_back(removed.error().text());
        }
    }
    return problems;
}

} // namespace cirque::agent
