// SPDX-License-Identifier: Apache-2.0
#include "artifact/take-over.hh"

#include "artifact/beneath.hh"
#include "artifact/restore.hh"
#include "artifact/transfer.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace cirque::artifact {
namespace {

Unexpected damaged(const std::string& path) {
    return fail(ErrorCode::Corrupt, fmt::format("the stored file {} is not what was saved", path));
}

class Linker {
  public:
    Linker(int from, int into) : from_(from), into_(into) {}

    Result<void> add(const Entry& entry) {
        CIRQUE_TRY(makeFoldersBeneath(into_, parentOf(entry.path)));
        switch (entry.type) {
        case EntryType::Folder:
            if (!entry.path.empty() && ::mkdirat(into_, entry.path.c_str(), 0700) != 0) {
                return fail(systemError(errno, "make the folder", entry.path));
            }
            return {};
        case EntryType::Link:
            return addLink(entry);
        case EntryType::File:
            return addFile(entry);
        }
        return {};
    }

    // Last, so that unwritable folders could be filled.
    Result<void> finish(const Entry& entry) {
        if (entry.type != EntryType::Folder) {
            return {};
        }
        const io::UniqueFd fd = openBeneath(into_, entry.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (!fd || !setModeAndTime(fd.get(), entry.mode, entry.seconds, entry.nanos)) {
            return fail(systemError(errno, "store the folder", entry.path));
        }
        return {};
    }

  private:
    Result<void> addLink(const Entry& entry) {
        const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{entry.seconds, entry.nanos}};
        if (::symlinkat(entry.target.c_str(), into_, entry.path.c_str()) != 0 ||
            ::utimensat(into_, entry.path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
            return fail(systemError(errno, "store the link", entry.path));
        }
        return {};
    }

    // The bytes that are checked are those of the descriptor that is linked, whatever happens to its name.
    Result<void> addFile(const Entry& entry) {
        const io::UniqueFd in = openStored(from_, entry.path);
        struct stat st{};
        if (!in || ::fstat(in.get(), &st) != 0 || !S_ISREG(st.st_mode)) {
            return damaged(entry.path);
        }
        const std::string name = fmt::format("/proc/self/fd/{}", in.get());
        const bool linked =
            ::linkat(AT_FDCWD, name.c_str(), into_, entry.path.c_str(), AT_SYMLINK_FOLLOW) == 0;
        const io::UniqueFd out(
            linked ? ::open("/dev/null", O_WRONLY | O_CLOEXEC)
                   : ::openat(into_, entry.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!out) {
            return fail(systemError(errno, "store", entry.path));
        }
        CIRQUE_TRY_ASSIGN(const Transferred done, transfer(in.get(), out.get(), INT64_MAX, entry.path));
        if (done.bytes != entry.size || done.sha256 != entry.sha256) {
            return damaged(entry.path);
        }
        if (!linked && !setModeAndTime(out.get(), entry.mode, entry.seconds, entry.nanos)) {
            return fail(systemError(errno, "store", entry.path));
        }
        return {};
    }

    int from_;
    int into_;
};

} // namespace

Result<void> linkEntries(const Manifest& manifest, int from, const std::string& into,
                         const std::atomic<bool>& cancelled) {
    const io::UniqueFd folder(::open(into.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) {
        return fail(systemError(errno, "open the folder", into));
    }
    Linker linker(from, folder.get());
    for (const Entry& entry : manifest.entries) {
        if (cancelled.load(std::memory_order_relaxed)) {
            return fail(ErrorCode::Process, "taking over the artifact was stopped");
        }
        CIRQUE_TRY(linker.add(entry));
    }
    for (auto entry = manifest.entries.rbegin(); entry != manifest.entries.rend(); ++entry) {
        CIRQUE_TRY(linker.finish(*entry));
    }
    return {};
}

} // namespace cirque::artifact
