// SPDX-License-Identifier: Apache-2.0
#include "artifact/restore.hh"

#include "artifact/beneath.hh"
#include "artifact/transfer.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <optional>
#include <utility>
#include <vector>

namespace cirque::artifact {
namespace {

class Restorer {
  public:
    Restorer(const Manifest& manifest, int from, int job, int stage, const std::string& path,
             const std::atomic<bool>& cancelled)
        : manifest_(manifest), from_(from), job_(job), stage_(stage), path_(path), cancelled_(cancelled) {}

    Result<void> run() {
        CIRQUE_TRY(lookForObstacles());
        for (std::size_t i = 0; i < manifest_.entries.size(); ++i) {
            if (cancelled_.load(std::memory_order_relaxed)) {
                return fail(ErrorCode::Process, "restoring the artifact was stopped");
            }
            CIRQUE_TRY(stage(manifest_.entries[i], std::to_string(i)));
        }
        return place();
    }

  private:
    [[nodiscard]] std::string destination(const Entry& entry) const { return joinPath(path_, entry.path); }

    Result<void> lookForObstacles() {
        CIRQUE_TRY(checkFolder(path_));
        std::string checkedParent = path_;
        for (const Entry& entry : manifest_.entries) {
            const std::string path = destination(entry);
            if (std::string parent = parentOf(path); parent != checkedParent) {
                CIRQUE_TRY(checkFolder(parent));
                checkedParent = std::move(parent);
            }
            if (entry.type == EntryType::Folder) {
                CIRQUE_TRY(checkFolder(path));
                continue;
            }
            struct stat st{};
            const io::UniqueFd there = openBeneath(job_, path, O_PATH | O_NOFOLLOW);
            if (there && ::fstat(there.get(), &st) == 0 && S_ISDIR(st.st_mode)) {
                return fail(ErrorCode::InvalidPlan,
                            fmt::format("cannot put the file {} in place: a folder is there", path),
                            "restore the artifact at another path");
            }
        }
        return {};
    }

    // A folder, or a link to one inside, or nothing: then it can be made.
    Result<void> checkFolder(const std::string& path) {
        if (openBeneath(job_, path, O_PATH | O_DIRECTORY)) {
            return {};
        }
        if (errno == ENOTDIR) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("cannot make the folder {}: a file is there", path),
                        "restore the artifact at another path");
        }
        if (errno != ENOENT) {
            return fail(beneathError(errno, "make the folder", path));
        }
        // a dangling link would make mkdir fail half-way
        const io::UniqueFd there = openBeneath(job_, path, O_PATH | O_NOFOLLOW);
        if (there) {
            return fail(ErrorCode::Io,
                        fmt::format("cannot make the folder {}: a dangling link is there", path),
                        "restore the artifact at another path");
        }
        return path.empty() ? Result<void>() : checkFolder(parentOf(path));
    }

    Result<void> stage(const Entry& entry, const std::string& as) {
        if (entry.type == EntryType::Folder) {
            return {};
        }
        if (entry.type == EntryType::Link) {
            const std::array<timespec, 2> times{timespec{0, UTIME_OMIT},
                                                timespec{entry.seconds, entry.nanos}};
            if (::symlinkat(entry.target.c_str(), stage_, as.c_str()) != 0 ||
                ::utimensat(stage_, as.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
                return fail(systemError(errno, "make the link", entry.path));
            }
            return {};
        }
        const io::UniqueFd in = openStored(from_, entry.path);
        const io::UniqueFd out(::openat(stage_, as.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!in || !out) {
            return fail(systemError(errno, in ? "write" : "read the stored file", entry.path));
        }
        CIRQUE_TRY_ASSIGN(const Transferred done, transfer(in.get(), out.get(), INT64_MAX, entry.path));
        if (done.bytes != entry.size || done.sha256 != entry.sha256) {
            return fail(
                ErrorCode::Corrupt,
                fmt::format("the stored file {} is not what was saved: its checksum differs", entry.path),
                "run the job that saves this artifact again");
        }
        if (!setModeAndTime(out.get(), entry.mode, entry.seconds, entry.nanos)) {
            return fail(systemError(errno, "write", entry.path));
        }
        return {};
    }

    Result<void> place() {
        std::vector<const Entry*> fresh; // folders that did not exist before
        std::optional<std::string> parentPath;
        io::UniqueFd parent;
        for (std::size_t i = 0; i < manifest_.entries.size(); ++i) {
            const Entry& entry = manifest_.entries[i];
            const std::string path = destination(entry);
            if (parentPath != parentOf(path)) {
                parentPath = parentOf(path);
                CIRQUE_TRY_ASSIGN(parent, makeFoldersBeneath(job_, *parentPath));
            }
            const std::string name = path.substr(parentPath->empty() ? 0 : parentPath->size() + 1);
            if (entry.type == EntryType::Folder) {
                if (::mkdirat(parent.get(), name.c_str(), 0700) == 0) {
                    fresh.push_back(&entry);
                } else if (errno != EEXIST) {
                    return fail(systemError(errno, "make the folder", path));
                }
            } else if (::renameat(stage_, std::to_string(i).c_str(), parent.get(), name.c_str()) != 0) {
                return fail(systemError(errno, "put in place", path));
            }
        }
        if (manifest_.entries.empty()) {
            CIRQUE_TRY(makeFoldersBeneath(job_, path_));
        }
        for (auto entry = fresh.rbegin(); entry != fresh.rend(); ++entry) {
            const std::string path = destination(**entry);
            const io::UniqueFd fd = openBeneath(job_, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
            if (!fd || !setModeAndTime(fd.get(), (*entry)->mode, (*entry)->seconds, (*entry)->nanos)) {
                return fail(beneathError(errno, "finish the folder", path));
            }
        }
        return {};
    }

    const Manifest& manifest_;
    int from_;
    int job_;
    int stage_;
    const std::string& path_;
    const std::atomic<bool>& cancelled_;
};

// A folder of its own in the job's folder, so that renaming works; removed at the end.
struct Stage {
    std::string path;
    io::UniqueFd fd;

    Stage() = default;
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    ~Stage() {
        if (!path.empty()) {
            // an empty folder, or one that goes with the job's folder
            static_cast<void>(io::removeTree(path));
        }
    }
};

Result<void> open(Stage& stage, const std::string& jobFolder) {
    std::string pattern = jobFolder + "/.cirque-restore-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
        return fail(systemError(errno, "make a folder in", jobFolder));
    }
    stage.path = pattern;
    stage.fd.reset(::open(pattern.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return stage.fd ? Result<void>() : fail(systemError(errno, "open the folder", pattern));
}

} // namespace

io::UniqueFd openStored(int store, const std::string& path) {
    open_how how{};
    how.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    return io::UniqueFd(static_cast<int>(::syscall(SYS_openat2, store, path.c_str(), &how, sizeof how)));
}

Result<void> putBack(const Manifest& manifest, const std::string& from, const std::string& jobFolder,
                     const std::string& path, const std::atomic<bool>& cancelled) {
    const io::UniqueFd job(::open(jobFolder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const io::UniqueFd store(::open(from.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!job || !store) {
        return fail(systemError(errno, "open the folder", job ? from : jobFolder));
    }
    Stage stage;
    CIRQUE_TRY(open(stage, jobFolder));
    return Restorer(manifest, store.get(), job.get(), stage.fd.get(), path, cancelled).run();
}

} // namespace cirque::artifact
