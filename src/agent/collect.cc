// SPDX-License-Identifier: Apache-2.0
#include "agent/collect.hh"

#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::agent {

namespace {

int openBeneath(int folder, const char* name) {
    open_how how{};
    how.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, folder, name, &how, sizeof how));
}

Unexpected refused(std::string_view what, std::string_view why) {
    return fail(ErrorCode::Io, fmt::format("{} {}", what, why),
                "write to the file that is there, do not replace it");
}

} // namespace

Result<std::optional<std::string>> readCollected(int folder, const std::string& name, std::size_t limit,
                                                 std::string_view what) {
    const io::UniqueFd file(openBeneath(folder, name.c_str()));
    if (!file) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        if (errno == ELOOP || errno == ENXIO) {
            return refused(what, "was replaced by something that is no regular file");
        }
        return fail(systemError(errno, "read", what));
    }
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) {
        return fail(systemError(errno, "read", what));
    }
    if (!S_ISREG(status.st_mode)) {
        return refused(what, "was replaced by something that is no regular file");
    }
    std::string bytes;
    bytes.resize(std::min(static_cast<std::size_t>(status.st_size), limit) + 1);
    std::size_t size = 0;
    while (true) {
        const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(systemError(errno, "read", what));
        }
        size += static_cast<std::size_t>(got);
        if (size > limit) {
            return fail(ErrorCode::Io, fmt::format("{} holds more than {} bytes", what, limit),
                        "pass large data as an artifact");
        }
        if (got == 0) {
            break;
        }
        if (size == bytes.size()) {
            bytes.resize(bytes.size() * 2);
        }
    }
    bytes.resize(size);
    return bytes;
}

} // namespace cirque::agent
