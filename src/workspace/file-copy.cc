// SPDX-License-Identifier: Apache-2.0
#include "workspace/file-copy.hh"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

namespace cirque::workspace {
namespace {

// Copies [from, to). Returns where it ended (before `to`: `in` is shorter now), or -1.
std::int64_t copyRange(int in, int out, std::int64_t from, std::int64_t to) {
    bool inKernel = true;
    std::array<char, 128U << 10U> buffer; // NOLINT: filled by pread before use
    while (from < to) {
        ssize_t n = 0;
        if (inKernel) {
            off_t inAt = from;
            off_t outAt = from;
            n = ::copy_file_range(in, &inAt, out, &outAt, static_cast<std::size_t>(to - from), 0);
            if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
                inKernel = false;
                continue;
            }
        } else {
            const auto want = std::min<std::int64_t>(to - from, static_cast<std::int64_t>(buffer.size()));
            n = ::pread(in, buffer.data(), static_cast<std::size_t>(want), from);
            for (ssize_t done = 0; n > 0 && done < n;) {
                const ssize_t w =
                    ::pwrite(out, buffer.data() + done, static_cast<std::size_t>(n - done), from + done);
                if (w < 0 && errno != EINTR) {
                    return -1;
                }
                done += std::max<ssize_t>(w, 0);
            }
        }
        if (n < 0 && errno != EINTR) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        from += std::max<ssize_t>(n, 0);
    }
    return from;
}

} // namespace

bool CloneProbe::clone(int in, int out) {
    if (!possible_.load(std::memory_order_relaxed)) {
        return false;
    }
    if (::ioctl(out, FICLONE, in) == 0) {
        return true;
    }
    possible_.store(false, std::memory_order_relaxed);
    return false;
}

std::int64_t copyContent(int in, int out, std::int64_t size, CloneProbe& probe) {
    struct stat st{};
    if (probe.clone(in, out)) {
        return ::fstat(out, &st) == 0 ? st.st_size : -1;
    }
    for (std::int64_t at = 0; at < size;) {
        std::int64_t data = ::lseek(in, at, SEEK_DATA);
        std::int64_t end = size;
        if (data < 0 && errno == ENXIO) {
            break; // a hole to the end, or the file became shorter
        }
        if (data < 0) {
            data = at;
        } else if (const std::int64_t hole = ::lseek(in, data, SEEK_HOLE); hole > data) {
            end = std::min(hole, size);
        }
        at = copyRange(in, out, std::min(data, size), end);
        if (at < 0) {
            return -1;
        }
        if (at < end) {
            break;
        }
    }
    if (::fstat(in, &st) != 0) {
        return -1;
    }
    const std::int64_t length = std::min<std::int64_t>(size, st.st_size);
    return ::ftruncate(out, length) == 0 ? length : -1;
}

bool writeFully(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    }
    return true;
}

} // namespace cirque::workspace
