// SPDX-License-Identifier: Apache-2.0
#include "workspace/copy-out.hh"

#include "io/process/fd.hh"
#include "workspace/git-copy.hh"
#include "workspace/parallel.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace cirque::workspace {
namespace {

constexpr std::size_t windowSize = 1U << 20U;

const char* nameOf(const StoredFolder& folder) {
    return folder.path.empty() ? "." : folder.path.c_str();
}

// umask(2) can only be read by setting it, which other threads would notice. 0777 when /proc is absent: then
// every mode is set explicitly.
mode_t readUmask() {
    const auto text = io::readFile("/proc/thread-self/status");
    constexpr std::string_view mark = "\nUmask:\t";
    const std::size_t at = text ? text->find(mark) : std::string::npos;
    return at == std::string::npos
               ? 0777
               : static_cast<mode_t>(std::strtoul(text->c_str() + at + mark.size(), nullptr, 8));
}

struct Target {
    const Stored& stored;
    const std::string& dest;
    int rootFd;
    int storeFd;
    mode_t umask;
    bool moveBlobs;
    CloneProbe& probe;
};

class Writer {
  public:
    explicit Writer(const Target& target)
        : target_(target), window_(std::make_unique_for_overwrite<char[]>(windowSize)) {}

    Result<void> write(const Batch& batch) {
        const StoredFolder& folder = target_.stored.folders[batch.folder];
        if (!folder.present || batch.count == 0) {
            return {};
        }
        const io::UniqueFd dir(::openat(target_.rootFd, nameOf(folder), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!dir) {
            return cannot("open", folder, "");
        }
        for (std::size_t i = batch.first; i < batch.first + batch.count; ++i) {
            CIRQUE_TRY(writeOne(dir.get(), folder, folder.files[i]));
        }
        return {};
    }

  private:
    Result<void> writeOne(int dir, const StoredFolder& folder, const StoredFile& file) {
        switch (file.kind) {
        case StoredKind::Missing:
            return {};
        case StoredKind::Folder:
            return ::mkdirat(dir, file.name, 0755) == 0 || errno == EEXIST
                       ? Result<void>()
                       : cannot("make", folder, file.name);
        case StoredKind::Link:
            return writeLink(dir, folder, file);
        case StoredKind::Blob:
            if (target_.moveBlobs) {
                return moveBlob(dir, folder, file);
            }
            break;
        case StoredKind::File:
            break;
        }
        const io::UniqueFd out(
            ::openat(dir, file.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file.mode));
        if (!out) {
            return cannot("write", folder, file.name);
        }
        const bool written =
            file.kind == StoredKind::Blob ? copyBlob(out.get(), file) : copyPacked(out.get(), file);
        const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, file.mtime};
        if (!written || ((file.mode & target_.umask) != 0 && ::fchmod(out.get(), file.mode) != 0) ||
            ::futimens(out.get(), times.data()) != 0) {
            return cannot("write", folder, file.name);
        }
        return {};
    }

    Result<void> writeLink(int dir, const StoredFolder& folder, const StoredFile& file) {
        std::string_view bytes;
        const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, file.mtime};
        if (!load(file, 0, static_cast<std::size_t>(file.size), bytes) ||
            ::symlinkat(std::string(bytes).c_str(), dir, file.name) != 0 ||
            ::utimensat(dir, file.name, times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
            return cannot("make the link", folder, file.name);
        }
        return {};
    }

    Result<void> moveBlob(int dir, const StoredFolder& folder, const StoredFile& file) {
        const std::string blob = target_.stored.blobName(file.offset);
        const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, file.mtime};
        if (::renameat(target_.storeFd, blob.c_str(), dir, file.name) != 0 ||
            ::fchmodat(dir, file.name, file.mode, 0) != 0 ||
            ::utimensat(dir, file.name, times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
            return cannot("write", folder, file.name);
        }
        return {};
    }

    bool copyBlob(int out, const StoredFile& file) {
        const std::string blob = target_.stored.blobName(file.offset);
        const io::UniqueFd in(::openat(target_.storeFd, blob.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        return in && copyContent(in.get(), out, file.size, target_.probe) == file.size;
    }

    bool copyPacked(int out, const StoredFile& file) {
        for (std::int64_t done = 0; done < file.size;) {
            const auto want = std::min<std::size_t>(static_cast<std::size_t>(file.size - done), windowSize);
            std::string_view bytes;
            if (!load(file, done, want, bytes) || !writeFully(out, bytes)) {
                return false;
            }
            done += static_cast<std::int64_t>(want);
        }
        return true;
    }

    // The bytes [from, from + want) of a packed file. Neighbours in a pack are read together.
    bool load(const StoredFile& file, std::int64_t from, std::size_t want, std::string_view& bytes) {
        const std::int64_t at = file.offset + from;
        const auto end = at + static_cast<std::int64_t>(want);
        if (file.pack != windowPack_ || at < windowAt_ ||
            end > windowAt_ + static_cast<std::int64_t>(windowLength_)) {
            const int pack = target_.stored.packs[file.pack].get();
            windowPack_ = file.pack;
            windowAt_ = at;
            windowLength_ = 0;
            while (windowLength_ < want) {
                const ssize_t n = ::pread(pack, window_.get() + windowLength_, windowSize - windowLength_,
                                          at + static_cast<std::int64_t>(windowLength_));
                if (n == 0 || (n < 0 && errno != EINTR)) {
                    errno = n == 0 ? EIO : errno;
                    return false;
                }
                windowLength_ += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
            }
        }
        bytes = std::string_view(window_.get() + (at - windowAt_), want);
        return true;
    }

    [[nodiscard]] Result<void> cannot(std::string_view action, const StoredFolder& folder,
                                      std::string_view name) const {
        std::string path = target_.dest + "/" + folder.path;
        path += path.ends_with('/') ? "" : "/";
        return fail(systemError(errno, action, path.append(name)));
    }

    const Target& target_;
    std::unique_ptr<char[]> window_;
    unsigned windowPack_ = UINT_MAX;
    std::int64_t windowAt_ = 0;
    std::size_t windowLength_ = 0;
};

Result<void> makeFolders(const Target& target) {
    for (const StoredFolder& folder : target.stored.folders) {
        // unwritable folders get their mode when they are full
        if (folder.present && !folder.path.empty() &&
            ::mkdirat(target.rootFd, folder.path.c_str(), folder.mode | 0700U) != 0 && errno != EEXIST) {
            return fail(systemError(errno, "make the folder", target.dest + "/" + folder.path));
        }
    }
    return {};
}

Result<void> finishFolders(const Target& target) {
    const auto& folders = target.stored.folders;
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
        if (!folder->present || folder->path.empty()) {
            continue;
        }
        const mode_t made = (folder->mode | 0700U) & ~target.umask;
        const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, folder->mtime};
        if ((made != folder->mode && ::fchmodat(target.rootFd, nameOf(*folder), folder->mode, 0) != 0) ||
            ::utimensat(target.rootFd, nameOf(*folder), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
            return fail(systemError(errno, "finish the folder", target.dest + "/" + folder->path));
        }
    }
    return {};
}

} // namespace

Result<void> copyOut(const Stored& stored, const std::string& dest, bool moveBlobs,
                     const std::atomic<bool>& cancelled) {
    const io::UniqueFd rootFd(::open(dest.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const io::UniqueFd storeFd(::open(stored.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!rootFd || !storeFd) {
        return fail(systemError(errno, "open the folder", rootFd ? stored.folder : dest));
    }
    CloneProbe probe;
    const Target target{stored, dest, rootFd.get(), storeFd.get(), readUmask(), moveBlobs, probe};
    CIRQUE_TRY(makeFolders(target));
    std::size_t files = 0;
    const std::vector<Batch> batches = makeBatches(stored.folders, 0);
    for (const Batch& batch : batches) {
        files += batch.count;
    }
    CIRQUE_TRY(shareOut(batches.size(), threadsFor(files), cancelled, [&](unsigned) -> Worker {
        auto writer = std::make_shared<Writer>(target);
        return [writer, &batches](std::size_t piece) { return writer->write(batches[piece]); };
    }));
    if (cancelled.load()) {
        return {};
    }
    for (const GitCopy& repository : stored.repositories) {
        CIRQUE_TRY(writeGit(rootFd.get(), repository).map_error([&](Error error) {
            return std::move(error).within("while making the repository of " + dest);
        }));
    }
    return finishFolders(target);
}

} // namespace cirque::workspace
