// SPDX-License-Identifier: Apache-2.0
#include "workspace/copy-in.hh"

#include "workspace/beneath.hh"
#include "workspace/parallel.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace cirque::workspace {
namespace {

constexpr std::size_t packBuffer = 1U << 20U;
constexpr std::int64_t largest = 128 << 10; // beyond this a file is a blob

bool unchanged(const struct stat& a, const struct stat& b) {
    return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// What all threads share.
struct Shared {
    const std::string& root;
    int rootFd;
    Stored& stored;
    int storeFd;
    std::mutex lock{};
    std::vector<std::string> folders{};
};

class Reader {
  public:
    Reader(Shared& shared, std::uint16_t pack)
        : shared_(shared), pack_(pack), buffer_(std::make_unique_for_overwrite<char[]>(packBuffer)) {}

    Result<void> read(const Batch& batch) {
        StoredFolder& folder = shared_.stored.folders[batch.folder];
        const io::UniqueFd fd = openFolderBeneath(shared_.rootFd, folder.path);
        if (!fd) {
            return hasVanished(errno) ? Result<void>() : cannotRead(folder, "");
        }
        if (batch.first == 0) {
            struct stat st{};
            if (::fstat(fd.get(), &st) == 0) {
                folder.mode = st.st_mode & 0777;
                folder.mtime = st.st_mtim;
                folder.present = true;
            }
        }
        for (std::size_t i = batch.first; i < batch.first + batch.count; ++i) {
            CIRQUE_TRY(readOne(fd.get(), folder, folder.files[i]));
        }
        return {};
    }

    // Writes what is still in memory.
    Result<void> flush() {
        if (!writeFully(shared_.stored.packs[pack_].get(), std::string_view(buffer_.get(), used_))) {
            return fail(systemError(errno, "write the snapshot in", shared_.stored.folder));
        }
        flushed_ += static_cast<std::int64_t>(used_);
        used_ = 0;
        return {};
    }

  private:
    Result<void> readOne(int dir, const StoredFolder& folder, StoredFile& file) {
        for (int attempt = 0;; ++attempt) {
            struct stat st{};
            if (::fstatat(dir, file.name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
                return hasVanished(errno) ? Result<void>() : cannotRead(folder, file.name);
            }
            file.mode = st.st_mode & 0777;
            file.mtime = st.st_mtim;
            if (S_ISREG(st.st_mode)) {
                CIRQUE_TRY_ASSIGN(const bool steady, readFile(dir, folder, file, st, attempt == 3));
                if (!steady) {
                    continue;
                }
            } else if (S_ISLNK(st.st_mode)) {
                return readLink(dir, folder, file);
            } else if (S_ISDIR(st.st_mode)) {
                file.kind = StoredKind::Folder;
                const std::lock_guard guard(shared_.lock);
                shared_.folders.push_back(pathOf(folder, file.name));
            } else {
                const std::lock_guard guard(shared_.lock);
                shared_.stored.notices.push_back(fmt::format(
                    "left out {}: neither a file, a folder nor a link", pathOf(folder, file.name)));
            }
            return {};
        }
    }

    // False: it changed while it was read (never when `last`).
    Result<bool> readFile(int dir, const StoredFolder& folder, StoredFile& file, struct stat before,
                          bool last) {
        const io::UniqueFd in(
            ::openat(dir, file.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        if (!in) {
            // ELOOP: it became a link just now
            if (hasVanished(errno)) {
                return errno == ELOOP ? last : true;
            }
            return fail(cannotRead(folder, file.name).error());
        }
        std::int64_t got = 0;
        if (before.st_size > largest) {
            CIRQUE_TRY_ASSIGN(got, readBlob(in.get(), folder, file, before.st_size));
        } else {
            CIRQUE_TRY(makeRoom(static_cast<std::size_t>(largest) + 1));
            // one byte more than expected shows growth without a second read
            const ssize_t n = readUpTo(in.get(), static_cast<std::size_t>(before.st_size) + 1);
            if (n < 0) {
                return fail(cannotRead(folder, file.name).error());
            }
            got = n;
        }
        struct stat after{};
        const bool steady =
            ::fstat(in.get(), &after) == 0 && got == before.st_size && unchanged(before, after);
        if (!steady && !last) {
            return false;
        }
        file.size = got;
        if (before.st_size > largest) {
            file.kind = StoredKind::Blob;
            return true;
        }
        keep(file, StoredKind::File, got);
        return true;
    }

    Result<std::int64_t> readBlob(int in, const StoredFolder& folder, StoredFile& file, std::int64_t size) {
        file.offset = shared_.stored.nextBlob.fetch_add(1);
        const std::string name = shared_.stored.blobName(file.offset);
        const io::UniqueFd out(
            ::openat(shared_.storeFd, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!out) {
            return fail(systemError(errno, "write the snapshot", shared_.stored.folder + "/" + name));
        }
        const std::int64_t got = copyContent(in, out.get(), size, shared_.stored.probe);
        if (got < 0) {
            return fail(systemError(errno, "copy", shared_.root + "/" + pathOf(folder, file.name))
                            .within("while writing the snapshot to " + shared_.stored.folder));
        }
        return got;
    }

    Result<void> readLink(int dir, const StoredFolder& folder, StoredFile& file) {
        CIRQUE_TRY(makeRoom(PATH_MAX));
        const ssize_t n = ::readlinkat(dir, file.name, buffer_.get() + used_, PATH_MAX);
        if (n < 0) {
            return hasVanished(errno) || errno == EINVAL ? Result<void>() : cannotRead(folder, file.name);
        }
        keep(file, StoredKind::Link, n);
        return {};
    }

    // A regular file gives all it has at once.
    ssize_t readUpTo(int in, std::size_t most) {
        ssize_t n = 0;
        do {
            n = ::read(in, buffer_.get() + used_, most);
        } while (n < 0 && errno == EINTR);
        return n;
    }

    void keep(StoredFile& file, StoredKind kind, std::int64_t size) {
        file.kind = kind;
        file.size = size;
        file.pack = pack_;
        file.offset = flushed_ + static_cast<std::int64_t>(used_);
        used_ += static_cast<std::size_t>(size);
    }

    Result<void> makeRoom(std::size_t size) { return packBuffer - used_ < size ? flush() : Result<void>(); }

    static std::string pathOf(const StoredFolder& folder, const char* name) {
        return folder.path.empty() ? name : folder.path + "/" + name;
    }

    [[nodiscard]] Result<void> cannotRead(const StoredFolder& folder, const char* name) const {
        Error error = systemError(errno, "read", shared_.root + "/" + pathOf(folder, name));
        error.hint = "make it readable, or name it in .gitignore";
        return fail(std::move(error));
    }

    Shared& shared_;
    std::uint16_t pack_;
    std::unique_ptr<char[]> buffer_;
    std::size_t used_ = 0;
    std::int64_t flushed_ = 0;
};

// A folder whose children were found exists, even if it went away before it was looked at.
void keepParents(std::deque<StoredFolder>& folders, std::size_t from) {
    const auto begin = folders.begin() + static_cast<std::ptrdiff_t>(from);
    if (std::all_of(begin, folders.end(), [](const StoredFolder& folder) { return folder.present; })) {
        return;
    }
    std::unordered_map<std::string_view, StoredFolder*> byPath;
    for (std::size_t i = from; i < folders.size(); ++i) {
        byPath[folders[i].path] = &folders[i];
    }
    for (std::size_t i = folders.size(); i-- > from;) {
        const StoredFolder& folder = folders[i];
        if (!folder.present || folder.path.empty()) {
            continue;
        }
        const std::size_t slash = folder.path.rfind('/');
        const std::string_view path = folder.path;
        StoredFolder& parent = *byPath.at(path.substr(0, slash == std::string::npos ? 0 : slash));
        if (!parent.present) {
            parent.present = true;
            parent.mode = 0755;
            parent.mtime = folder.mtime;
        }
    }
}

} // namespace

Result<std::vector<std::string>> copyIn(const std::string& root, FileList list, Stored& stored,
                                        const std::atomic<bool>& cancelled) {
    const std::size_t from = stored.folders.size();
    std::size_t files = 0;
    for (const ListedFolder& listed : list.folders()) {
        StoredFolder& folder = stored.folders.emplace_back();
        folder.path = listed.path;
        folder.files.resize(listed.names.size());
        for (std::size_t i = 0; i < listed.names.size(); ++i) {
            folder.files[i].name = listed.names[i];
        }
        files += listed.names.size();
    }
    stored.text.push_back(list.takeText());
    const io::UniqueFd rootFd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const io::UniqueFd storeFd(::open(stored.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!rootFd || !storeFd) {
        return fail(systemError(errno, "open the folder", rootFd ? stored.folder : root));
    }
    const unsigned threads = threadsFor(files);
    const std::size_t firstPack = stored.packs.size();
    for (unsigned i = 0; i < threads; ++i) {
        const std::string name = fmt::format("pack-{}", firstPack + i);
        io::UniqueFd pack(::openat(storeFd.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!pack) {
            return fail(systemError(errno, "write the snapshot", stored.folder + "/" + name));
        }
        stored.packs.push_back(std::move(pack));
    }
    Shared shared{root, rootFd.get(), stored, storeFd.get()};
    const std::vector<Batch> batches = makeBatches(stored.folders, from);
    std::vector<std::unique_ptr<Reader>> readers(threads);
    CIRQUE_TRY(shareOut(batches.size(), threads, cancelled, [&](unsigned thread) -> Worker {
        readers[thread] = std::make_unique<Reader>(shared, static_cast<std::uint16_t>(firstPack + thread));
        return [&, thread](std::size_t piece) { return readers[thread]->read(batches[piece]); };
    }));
    for (const auto& reader : readers) {
        if (reader) {
            CIRQUE_TRY(reader->flush());
        }
    }
    keepParents(stored.folders, from);
    std::ranges::sort(shared.folders);
    std::ranges::sort(stored.notices);
    return std::move(shared.folders);
}

} // namespace cirque::workspace
