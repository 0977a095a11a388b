// SPDX-License-Identifier: Apache-2.0
#include "history/layout.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>

namespace cirque::history {
namespace {

constexpr unsigned ownerOnly = 0700;

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

} // namespace

RunFolder runFolder(const std::string& stateDir, const RunId& run) {
    return {fmt::format("{}/runs/{}", stateDir, run.text())};
}

void makeStateFolder(const std::string& stateDir) {
    std::error_code problem;
    if (io::makeFolders(stateDir) && std::filesystem::is_empty(stateDir, problem) && !problem) {
        (void)io::writeFileAtomic(stateDir + "/.gitignore", "*\n");
    }
}

Result<RunFolder> makeRunFolder(const std::string& stateDir, const RunId& run) {
    RunFolder folder = runFolder(stateDir, run);
    for (const std::string& path : {folder.path, folder.path + "/logs", folder.artifacts()}) {
        CIRQUE_TRY(io::makeFolders(path, ownerOnly));
    }
    return folder;
}

Result<std::vector<RunId>> listRunIds(const std::string& stateDir) {
    const std::string path = stateDir + "/runs";
    std::vector<RunId> ids;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    if (!folder) {
        return errno == ENOENT ? Result<std::vector<RunId>>(std::move(ids))
                               : fail(systemError(errno, "list the runs in", path));
    }
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
        if (auto id = RunId::parse(entry->d_name)) {
            ids.push_back(std::move(*id));
        }
    }
    if (errno != 0) {
        return fail(systemError(errno, "list the runs in", path));
    }
    std::ranges::sort(ids, std::greater<>());
    return ids;
}

std::string_view shortId(const RunId& run) {
    constexpr std::size_t timePart = 13;
    return std::string_view(run.text()).substr(0, timePart);
}

Result<RunLock> RunLock::acquire(const std::string& path) {
    RunLock lock;
    lock.file_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock.file_) {
        return fail(systemError(errno, "create the lock", path));
    }
    // a reader that tests the lock holds it for some microseconds
    constexpr int tries = 100;
    for (int i = 0; i < tries; ++i) {
        if (::flock(lock.file_.get(), LOCK_EX | LOCK_NB) == 0) {
            return lock;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return fail(systemError(errno, "lock", path));
        }
        const timespec moment{0, 2'000'000};
        static_cast<void>(::nanosleep(&moment, nullptr));
    }
    return fail(ErrorCode::Io, fmt::format("cannot lock {}: another process holds it", path),
                "that run is being executed by another cirque");
}

bool RunLock::isHeld(const std::string& path) {
    const io::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    return file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

} // namespace cirque::history
