// SPDX-License-Identifier: Apache-2.0
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace cirque::io {

void UniqueFd::reset(int fd) {
    if (fd_ >= 0 && fd_ != fd) {
        ::close(fd_); // the descriptor is gone whatever close says; writers that care call fsync first
    }
    fd_ = fd;
}

Result<Pipe> makePipe(int capacity) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return fail(systemError(errno, "make", "a pipe"));
    }
    if (capacity > 0) {
        (void)::fcntl(ends[1], F_SETPIPE_SZ, capacity);
    }
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<UniqueFd> fileInMemory(std::string_view bytes) {
    UniqueFd fd(::memfd_create("input", MFD_CLOEXEC));
    if (!fd) {
        return fail(systemError(errno, "make", "a file in memory"));
    }
    CIRQUE_TRY(writeAll(fd.get(), bytes, "a file in memory"));
    if (::lseek(fd.get(), 0, SEEK_SET) != 0) {
        return fail(systemError(errno, "rewind", "a file in memory"));
    }
    return fd;
}

Result<void> writeAll(int fd, std::string_view bytes, std::string_view what) {
    while (!bytes.empty()) {
        auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return fail(systemError(errno, "write to", what));
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<std::string> readFile(const std::string& path, std::size_t limit) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return fail(systemError(errno, "open", path));
    }
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) {
        return fail(systemError(errno, "read", path));
    }
    auto tooBig = [&] {
        return fail(ErrorCode::Io, fmt::format("cannot read {}: it is larger than {} bytes", path, limit));
    };
    auto size = static_cast<std::size_t>(std::max<off_t>(info.st_size, 0));
    if (size > limit) {
        return tooBig();
    }
    // one byte more than the size shows the end of a file that did not grow; /proc files say size 0
    std::string bytes(size == 0 ? 4096 : size + 1, '\0');
    std::size_t used = 0;
    while (true) {
        auto count = ::read(fd.get(), bytes.data() + used, bytes.size() - used);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail(systemError(errno, "read", path));
        }
        if (count == 0) {
            break;
        }
        used += static_cast<std::size_t>(count);
        if (used > limit) {
            return tooBig();
        }
        if (used == bytes.size()) {
            bytes.resize(bytes.size() * 2);
        }
    }
    bytes.resize(used);
    return bytes;
}

Result<void> writeFileAtomic(const std::string& path, std::string_view bytes, unsigned mode) {
    std::string temporary = path + ".tmp-XXXXXX";
    UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!fd) {
        return fail(systemError(errno, "create", path));
    }
    auto undo = [&](Error error) {
        ::unlink(temporary.c_str());
        return fail(std::move(error));
    };
    if (::fchmod(fd.get(), mode) != 0) {
        return undo(systemError(errno, "set the mode of", path));
    }
    if (auto written = writeAll(fd.get(), bytes, path); !written) {
        return undo(std::move(written).error());
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        return undo(systemError(errno, "replace", path));
    }
    return {};
}

namespace {

Result<void> makeFolder(const std::string& path, unsigned mode) {
    if (::mkdir(path.c_str(), mode) == 0) {
        return {};
    }
    auto why = errno;
    struct stat info{};
    // any folder will do, also behind a link; a root or a read-only parent says EROFS or EACCES, not EEXIST
    if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
        return {};
    }
    Error error = systemError(why, "make the folder", path);
    if (error.code == ErrorCode::NotFound) {
        error.code = ErrorCode::Io; // /proc and the like have no room for folders; nothing that was asked for
                                    // is missing
    }
    return fail(std::move(error));
}

} // namespace

Result<void> makeFolders(const std::string& path, unsigned mode) {
    // mostly only the last one is missing
    struct stat info{};
    if (::mkdir(path.c_str(), mode) == 0 || (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))) {
        return {};
    }
    for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        CIRQUE_TRY(makeFolder(path.substr(0, slash), mode));
    }
    return makeFolder(path, mode);
}

Result<void> makeNewFolder(const std::string& path, unsigned mode, std::string_view what) {
    if (::mkdir(path.c_str(), mode) == 0) {
        return {};
    }
    if (const auto slash = path.rfind('/'); errno == ENOENT && slash != std::string::npos && slash > 0) {
        CIRQUE_TRY(makeFolders(path.substr(0, slash), mode));
        if (::mkdir(path.c_str(), mode) == 0) {
            return {};
        }
    }
    return fail(systemError(errno, "make", fmt::format("{} {}", what, path)));
}

} // namespace cirque::io
