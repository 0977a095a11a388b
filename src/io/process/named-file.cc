// SPDX-License-Identifier: Apache-2.0
// Files that a user names: they may be links, devices, pipes.
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

namespace cirque::io {
namespace {

constexpr int patienceMillis = 30'000; // for a reader that has the pipe open and takes nothing

// What the last link of a chain that begins at `path` names; `path` itself, when it is no link.
Result<std::string> endOfLinks(std::string path) {
    constexpr int most = 40; // as the kernel has it
    std::string named = path;
    for (int links = 0; links <= most; ++links) {
        struct stat info{};
        if (::lstat(named.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) {
            return named; // one that is missing will be made
        }
        std::array<char, PATH_MAX> target{};
        const auto size = ::readlink(named.c_str(), target.data(), target.size());
        if (size < 0) {
            return fail(systemError(errno, "read the link", named));
        }
        const std::string_view text(target.data(), static_cast<std::size_t>(size));
        const auto slash = named.rfind('/');
        const bool beside = !text.starts_with('/') && slash != std::string::npos;
        named = (beside ? named.substr(0, slash + 1) : std::string()) + std::string(text);
    }
    return fail(systemError(ELOOP, "write", path));
}

Result<void> writeWithoutHanging(int fd, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
            continue;
        }
        pollfd wait{fd, POLLOUT, 0};
        if (errno == EAGAIN && ::poll(&wait, 1, patienceMillis) == 0) {
            return fail(ErrorCode::Io, fmt::format("cannot write to {}: nobody reads it", path),
                        "whoever has it open takes nothing from it");
        }
        if (errno != EAGAIN && errno != EINTR) {
            return fail(systemError(errno, "write to", path));
        }
    }
    return {};
}

// Into a device or a pipe that is there; a file that took its place meanwhile keeps what it has.
Result<void> writeInto(const std::string& path, std::string_view bytes, bool fifo) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_APPEND | O_CLOEXEC));
    if (!fd && errno == ENXIO && fifo) {
        return fail(ErrorCode::Io, fmt::format("cannot write to {}: nobody reads it", path),
                    "it is a named pipe: start its reader first");
    }
    if (!fd) {
        return fail(systemError(errno, "open", path));
    }
    return writeWithoutHanging(fd.get(), bytes, path);
}

} // namespace

Result<void> writeNamedFile(const std::string& path, std::string_view bytes) {
    constexpr unsigned permissions = 0777;
    struct stat info{};
    const bool there = ::stat(path.c_str(), &info) == 0;
    if (!there && errno != ENOENT) {
        return fail(systemError(errno, "write", path));
    }
    if (there && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
        return writeInto(path, bytes, S_ISFIFO(info.st_mode));
    }
    CIRQUE_TRY_ASSIGN(const std::string target, endOfLinks(path));
    struct stat end{};
    const bool found = ::lstat(target.c_str(), &end) == 0;
    if (there && (!found || end.st_dev != info.st_dev || end.st_ino != info.st_ino)) {
        return writeInto(path, bytes, false); // /proc/self/fd/1 of a file that has no name any more
    }
    return there ? writeFileAtomic(target, bytes, info.st_mode & permissions)
                 : writeFileAtomic(target, bytes);
}

} // namespace cirque::io
