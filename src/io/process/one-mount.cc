// SPDX-License-Identifier: Apache-2.0
#include "io/process/one-mount.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::io {

namespace {

// Of the mount an open file lies on, for kernels without openat2; empty: unknown. The device would not do: a
// bind mount of the same disk has the same.
std::string mountOf(int fd) {
    UniqueFd info(::open(fmt::format("/proc/self/fdinfo/{}", fd).c_str(), O_RDONLY | O_CLOEXEC));
    std::string text(1024, '\0');
    const ssize_t size = info ? ::read(info.get(), text.data(), text.size()) : 0;
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    for (const std::string_view line : split(text, '\n')) {
        if (line.starts_with("mnt_id:")) {
            return std::string(line);
        }
    }
    return {};
}

UniqueFd openAndCompare(int parent, const std::string& name, int flags) {
    UniqueFd fd(::openat(parent, name.c_str(), flags));
    if (!fd) {
        return fd;
    }
    const std::string mount = mountOf(fd.get());
    if (mount.empty() || mount != mountOf(parent)) {
        fd.reset();
        errno = EXDEV;
    }
    return fd;
}

} // namespace

UniqueFd openOnSameMount(int parent, const std::string& name, bool handleOnly) {
    const int flags = (handleOnly ? O_PATH : O_RDONLY) | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    open_how how{};
    how.flags = static_cast<unsigned>(flags);
    how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
    UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, parent, name.c_str(), &how, sizeof how)));
    // ENOSYS: Linux before 5.6; EPERM: a container's filter of system calls that does not know it
    if (!fd && (errno == ENOSYS || errno == EPERM)) {
        return openAndCompare(parent, name, flags);
    }
    return fd;
}

} // namespace cirque::io
