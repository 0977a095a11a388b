// SPDX-License-Identifier: Apache-2.0
#include "app/local/roots-lock.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

namespace cirque::app {
namespace {

io::UniqueFd openFolder(const std::string& path) {
    return io::UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool isStill(const io::UniqueFd& opened, const std::string& path) {
    struct stat held{};
    struct stat found{};
    return ::fstat(opened.get(), &held) == 0 && ::lstat(path.c_str(), &found) == 0 &&
           held.st_ino == found.st_ino && held.st_dev == found.st_dev;
}

bool isLockedOut(const io::UniqueFd& folder) {
    return ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

} // namespace

Result<io::UniqueFd> holdRoots(const std::string& folder) {
    constexpr int tries = 10;
    for (int i = 0; i < tries; ++i) {
        CIRQUE_TRY(io::makeFolders(folder, 0700));
        io::UniqueFd opened = openFolder(folder);
        if (opened && ::flock(opened.get(), LOCK_SH) != 0) {
            return fail(systemError(errno, "lock", folder));
        }
        // who removed it held it alone until it was gone
        if (opened && isStill(opened, folder)) {
            return opened;
        }
    }
    return fail(ErrorCode::Io, fmt::format("cannot lock {}: it is removed again and again", folder));
}

bool areRootsHeld(const std::string& folder) {
    const io::UniqueFd opened = openFolder(folder);
    return opened && isLockedOut(opened);
}

Result<bool> removeRoots(const std::string& folder) {
    const io::UniqueFd opened = openFolder(folder);
    if (opened && isLockedOut(opened)) {
        return false;
    }
    CIRQUE_TRY(io::removeTree(folder));
    return true;
}

} // namespace cirque::app
