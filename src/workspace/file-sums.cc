// SPDX-License-Identifier: Apache-2.0
#include "workspace/file-sums.hh"

#include "base/bytes.hh"
#include "workspace/beneath.hh"
#include "workspace/parallel.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>
#include <optional>

namespace cirque::workspace {
namespace {

Result<io::UniqueFd> openRoot(const std::string& root) {
    io::UniqueFd fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return fail(systemError(errno, "open the folder", root));
    }
    return fd;
}

Unexpected cannotRead(const std::string& root, std::string_view path) {
    return fail(systemError(errno, "read", fmt::format("{}/{}", root, path)));
}

// Keeps the folder of the last file open: files come folder by folder.
class Folders {
  public:
    Folders(const std::string& root, int rootFd) : root_(root), rootFd_(rootFd) {}

    // -1: it has vanished.
    Result<int> of(std::string_view path) {
        const std::string_view folder = folderOf(path);
        if (!last_ || *last_ != folder) {
            fd_ = openFolderBeneath(rootFd_, std::string(folder));
            if (!fd_ && !hasVanished(errno)) {
                return cannotRead(root_, folder);
            }
            last_ = folder;
        }
        return fd_.get();
    }

  private:
    const std::string& root_;
    int rootFd_;
    std::optional<std::string> last_;
    io::UniqueFd fd_;
};

FileFacts factsOf(const struct stat& st) {
    if (!S_ISDIR(st.st_mode)) {
        return FileFacts::of(st);
    }
    FileFacts folder;
    folder.mode = S_IFDIR;
    return folder;
}

class Summer {
  public:
    Summer(const std::string& root, int rootFd)
        : root_(root), folders_(root, rootFd), buffer_(std::make_unique_for_overwrite<char[]>(bufferSize)) {}

    Result<void> sum(KnownFile& file, const std::atomic<bool>& cancelled) {
        CIRQUE_TRY_ASSIGN(const int folder, folders_.of(file.path));
        const std::string name(nameOf(file.path));
        constexpr int tries = 4;
        for (int i = 0; i < tries; ++i) {
            struct stat st{};
            if (folder < 0 || ::fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
                if (folder >= 0 && !hasVanished(errno)) {
                    return cannotRead(root_, file.path);
                }
                file.facts = {};
                return {};
            }
            file.facts = factsOf(st);
            CIRQUE_TRY_ASSIGN(const std::optional<std::string> hex, read(folder, name, file, st, cancelled));
            struct stat after{};
            if (hex && ::fstatat(folder, name.c_str(), &after, AT_SYMLINK_NOFOLLOW) == 0 &&
                factsOf(after) == file.facts) {
                std::ranges::copy(*hex, file.sum.begin());
                return {};
            }
            if (cancelled.load(std::memory_order_relaxed)) {
                return {};
            }
        }
        return fail(ErrorCode::Io, fmt::format("{}/{} changes while it is read", root_, file.path),
                    "end what writes it, or name it in .gitignore");
    }

  private:
    static constexpr std::size_t bufferSize = 256U << 10U;

    // nullopt: it is not what `st` said by now, or reading was cancelled.
    Result<std::optional<std::string>> read(int folder, const std::string& name, const KnownFile& file,
                                            const struct stat& st, const std::atomic<bool>& cancelled) {
        Sha256 sum;
        if (S_ISLNK(st.st_mode)) {
            const ssize_t size = ::readlinkat(folder, name.c_str(), buffer_.get(), PATH_MAX);
            if (size < 0) {
                return hasVanished(errno) || errno == EINVAL
                           ? Result<std::optional<std::string>>(std::nullopt)
                           : cannotRead(root_, file.path);
            }
            sum.update(std::string_view(buffer_.get(), static_cast<std::size_t>(size)));
            return std::optional(sum.hex());
        }
        if (!S_ISREG(st.st_mode)) {
            return std::optional(sum.hex()); // the kind says all
        }
        const io::UniqueFd in(
            ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        if (!in) {
            return hasVanished(errno) ? Result<std::optional<std::string>>(std::nullopt)
                                      : cannotRead(root_, file.path);
        }
        off_t left = st.st_size; // a file that grows as fast as it is read has no end
        while (left >= 0 && !cancelled.load(std::memory_order_relaxed)) {
            const ssize_t size = ::read(in.get(), buffer_.get(), bufferSize);
            if (size < 0 && errno != EINTR) {
                return cannotRead(root_, file.path);
            }
            if (size == 0) {
                return std::optional(sum.hex());
            }
            sum.update(std::string_view(buffer_.get(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
            left -= std::max<ssize_t>(size, 0);
        }
        return std::optional<std::string>(std::nullopt);
    }

    const std::string& root_;
    Folders folders_;
    std::unique_ptr<char[]> buffer_;
};

// Calls work(first, last) for pieces of `count` things, on a few threads.
Result<void> inPieces(std::size_t count, std::size_t perPiece, const std::atomic<bool>& cancelled,
                      const std::function<std::function<Result<void>(std::size_t, std::size_t)>()>& make) {
    const std::size_t pieces = (count + perPiece - 1) / perPiece;
    return shareOut(pieces, threadsFor(count), cancelled, [&](unsigned) -> Worker {
        return [&, work = make()](std::size_t piece) {
            return work(piece * perPiece, std::min(count, (piece + 1) * perPiece));
        };
    });
}

} // namespace

Result<std::vector<FileFacts>> lookAt(const std::string& root, std::span<const std::string_view> paths,
                                      const std::atomic<bool>& cancelled) {
    std::vector<FileFacts> facts(paths.size());
    if (paths.empty()) {
        return facts;
    }
    CIRQUE_TRY_ASSIGN(const io::UniqueFd rootFd, openRoot(root));
    constexpr std::size_t perPiece = 256;
    CIRQUE_TRY(inPieces(paths.size(), perPiece, cancelled, [&] {
        auto folders = std::make_shared<Folders>(root, rootFd.get());
        return [&, folders](std::size_t first, std::size_t last) -> Result<void> {
            std::string name;
            for (std::size_t i = first; i < last; ++i) {
                CIRQUE_TRY_ASSIGN(const int folder, folders->of(paths[i]));
                name = nameOf(paths[i]);
                struct stat st{};
                if (folder >= 0 && ::fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) {
                    facts[i] = factsOf(st);
                } else if (folder >= 0 && !hasVanished(errno)) {
                    return cannotRead(root, paths[i]);
                }
            }
            return {};
        };
    }));
    return facts;
}

Result<void> sumFiles(const std::string& root, std::span<KnownFile* const> which,
                      const std::atomic<bool>& cancelled) {
    if (which.empty()) {
        return {};
    }
    CIRQUE_TRY_ASSIGN(const io::UniqueFd rootFd, openRoot(root));
    constexpr std::size_t perPiece = 16;
    return inPieces(which.size(), perPiece, cancelled, [&] {
        auto summer = std::make_shared<Summer>(root, rootFd.get());
        return [&, summer](std::size_t first, std::size_t last) -> Result<void> {
            for (std::size_t i = first; i < last; ++i) {
                CIRQUE_TRY(summer->sum(*which[i], cancelled));
            }
            return {};
        };
    });
}

} // namespace cirque::workspace
