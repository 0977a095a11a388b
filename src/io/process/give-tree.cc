// SPDX-License-Identifier: Apache-2.0
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

namespace cirque::io {

namespace {

Result<void> giveOne(const std::string& path, unsigned uid, unsigned gid) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
        return errno == ENOENT ? Result<void>() : fail(systemError(errno, "look at", path));
    }
    if ((status.st_uid != uid || status.st_gid != gid) && ::lchown(path.c_str(), uid, gid) != 0 &&
        errno != ENOENT) {
        return fail(systemError(errno, "change the owner of", path));
    }
    return {};
}

} // namespace

Result<void> giveTree(const std::string& path, unsigned uid, unsigned gid) {
    CIRQUE_TRY(giveOne(path, uid, gid));
    std::vector<std::string> folders{path};
    while (!folders.empty()) {
        const std::string folder = std::move(folders.back());
        folders.pop_back();
        std::error_code problem;
        std::filesystem::directory_iterator entry(folder, problem);
        for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
            CIRQUE_TRY(giveOne(entry->path().string(), uid, gid));
            std::error_code gone;
            if (entry->symlink_status(gone).type() == std::filesystem::file_type::directory) {
                folders.push_back(entry->path().string());
            }
        }
        // a folder that goes meanwhile is no failure, and the others are still to be given
        if (problem && problem.value() != ENOENT && problem.value() != ENOTDIR) {
            return fail(systemError(problem.value(), "change the owner of the files in", folder));
        }
    }
    return {};
}

} // namespace cirque::io
