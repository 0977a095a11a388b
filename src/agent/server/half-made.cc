// SPDX-License-Identifier: Apache-2.0
#include "agent/server/half-made.hh"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <vector>

namespace cirque::agent {

namespace {

// One that was just made is not held yet.
constexpr time_t longAgo = 3600;

bool isLeft(const std::string& path) {
    const io::UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    return folder && ::fstat(folder.get(), &status) == 0 && status.st_uid == ::geteuid() &&
           status.st_mtime + longAgo < ::time(nullptr) && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
}

} // namespace

io::UniqueFd holdHalfMade(const std::string& path) {
    io::UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (folder) {
        (void)::flock(folder.get(), LOCK_EX | LOCK_NB); // without locks there is no sweep either
    }
    return folder;
}

void sweepHalfMade(const std::string& parent) {
    std::vector<std::string> found;
    DIR* dir = ::opendir(parent.c_str());
    while (const dirent* entry = dir != nullptr ? ::readdir(dir) : nullptr) {
        if (std::string_view(entry->d_name).starts_with(halfMadePrefix)) {
            found.push_back(parent + "/" + entry->d_name);
        }
    }
    if (dir != nullptr) {
        ::closedir(dir);
    }
    for (const std::string& path : found) {
        if (isLeft(path)) {
            (void)io::removeTree(path); // the next one tries again
        }
    }
}

} // namespace cirque::agent
