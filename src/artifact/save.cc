// SPDX-License-Identifier: Apache-2.0
#include "artifact/save.hh"

#include "artifact/beneath.hh"
#include "artifact/transfer.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <utility>

namespace cirque::artifact {
namespace {

class Collector {
  public:
    Collector(int job, int into, const Limits& limits, const std::atomic<bool>& cancelled)
        : job_(job), into_(into), limits_(limits), cancelled_(cancelled) {}

    Result<Collected> run(const std::string& path, bool asFolder) {
        collected_.manifest.path = path;
        const int follow = asFolder ? O_DIRECTORY : O_NOFOLLOW;
        const io::UniqueFd top = openBeneath(job_, path, O_PATH | follow);
        struct stat st{};
        if (!top || ::fstat(top.get(), &st) != 0) {
            return fail(missing(errno, path));
        }
        if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode)) {
            return fail(ErrorCode::Unsupported,
                        fmt::format("{} is neither a file, a folder nor a link", path),
                        "save a file or a folder");
        }
        CIRQUE_TRY(makeFoldersBeneath(into_, parentOf(path)));
        CIRQUE_TRY(add(path, st));
        while (!todo_.empty()) {
            const std::string folder = std::move(todo_.back());
            todo_.pop_back();
            CIRQUE_TRY(addChildren(folder));
        }
        CIRQUE_TRY(finishFolders());
        std::ranges::sort(collected_.manifest.entries, {}, &Entry::path);
        std::ranges::sort(collected_.skipped);
        return std::move(collected_);
    }

  private:
    static Error missing(int error, const std::string& path) {
        Error out = beneathError(error, "save", path.empty() ? "." : path);
        if (error == ENOTDIR) {
            out.message = fmt::format("{} is not a folder", path);
        } else if (out.code == ErrorCode::NotFound) {
            out.message = fmt::format("{} does not exist in the job's folder", path);
            out.hint = "check that a step makes it, and that the output names the same path";
        }
        return out;
    }

    Result<void> addChildren(const std::string& folder) {
        io::UniqueFd fd = openBeneath(job_, folder, O_RDONLY | O_DIRECTORY);
        const std::unique_ptr<DIR, int (*)(DIR*)> dir(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
        if (!dir) {
            return fail(beneathError(errno, "read the folder", folder));
        }
        const int dirFd = fd.release(); // closed with `dir`
        while (const dirent* child = ::readdir(dir.get())) {
            const std::string_view name = child->d_name;
            struct stat st{};
            if (name == "." || name == "..") {
                continue;
            }
            if (::fstatat(dirFd, child->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
                if (errno == ENOENT) {
                    continue; // a daemon of the job removed it
                }
                return fail(systemError(errno, "read", joinPath(folder, std::string(name))));
            }
            CIRQUE_TRY(add(joinPath(folder, std::string(name)), st));
        }
        return {};
    }

    Result<void> add(const std::string& path, const struct stat& st) {
        if (cancelled_.load(std::memory_order_relaxed)) {
            return fail(ErrorCode::Process, "saving the artifact was stopped");
        }
        Entry entry;
        entry.path = path;
        entry.mode = st.st_mode & 0777U;
        entry.seconds = st.st_mtim.tv_sec;
        entry.nanos = st.st_mtim.tv_nsec;
        if (S_ISDIR(st.st_mode)) {
            entry.type = EntryType::Folder;
            todo_.push_back(path);
            if (path.empty()) {
                return {};
            }
            if (::mkdirat(into_, path.c_str(), 0700) != 0) {
                return fail(systemError(errno, "store the folder", path));
            }
        } else if (S_ISLNK(st.st_mode)) {
            CIRQUE_TRY(addLink(entry));
        } else if (S_ISREG(st.st_mode)) {
            CIRQUE_TRY(addFile(entry));
        } else {
            collected_.skipped.push_back(path);
            return {};
        }
        collected_.manifest.entries.push_back(std::move(entry));
        if (std::ssize(collected_.manifest.entries) > limits_.files) {
            return fail(ErrorCode::Unsupported,
                        fmt::format("the artifact has more than {} files", limits_.files),
                        "save an archive of them instead");
        }
        return {};
    }

    Result<void> addLink(Entry& entry) {
        entry.type = EntryType::Link;
        entry.mode = 0777;
        const io::UniqueFd link = openBeneath(job_, entry.path, O_PATH | O_NOFOLLOW);
        std::array<char, PATH_MAX> target{};
        const ssize_t n = link ? ::readlinkat(link.get(), "", target.data(), target.size()) : -1;
        if (n < 0) {
            return fail(beneathError(errno, "read the link", entry.path));
        }
        entry.target.assign(target.data(), static_cast<std::size_t>(n));
        const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{entry.seconds, entry.nanos}};
        if (::symlinkat(entry.target.c_str(), into_, entry.path.c_str()) != 0 ||
            ::utimensat(into_, entry.path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
            return fail(systemError(errno, "store the link", entry.path));
        }
        return {};
    }

    Result<void> addFile(Entry& entry) {
        const io::UniqueFd in = openBeneath(job_, entry.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        struct stat st{};
        if (!in || ::fstat(in.get(), &st) != 0) {
            return fail(beneathError(errno, "read", entry.path));
        }
        // something else may have taken its place since it was looked at
        if (!S_ISREG(st.st_mode)) {
            return fail(ErrorCode::Io, fmt::format("{} changed while it was saved", entry.path),
                        "end the processes that still write there before the job ends");
        }
        const io::UniqueFd out(
            ::openat(into_, entry.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!out) {
            return fail(systemError(errno, "store", entry.path));
        }
        auto done = transfer(in.get(), out.get(), limits_.bytes - bytes_, entry.path);
        if (!done && done.error().code == ErrorCode::Unsupported) {
            return fail(ErrorCode::Unsupported,
                        fmt::format("the artifact is larger than {} bytes", limits_.bytes),
                        "save less, or keep large files outside the run");
        }
        if (!done) {
            return fail(std::move(done).error());
        }
        bytes_ += done->bytes;
        entry.size = done->bytes;
        entry.sha256 = std::move(done->sha256);
        if (!setModeAndTime(out.get(), entry.mode, entry.seconds, entry.nanos)) {
            return fail(systemError(errno, "store", entry.path));
        }
        return {};
    }

    // Last, so that unwritable folders could be filled and their times stay.
    Result<void> finishFolders() {
        std::ranges::sort(collected_.manifest.entries, std::ranges::greater{}, &Entry::path);
        for (const Entry& entry : collected_.manifest.entries) {
            if (entry.type != EntryType::Folder) {
                continue;
            }
            const io::UniqueFd fd(
                ::openat(into_, entry.path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (!fd || !setModeAndTime(fd.get(), entry.mode, entry.seconds, entry.nanos)) {
                return fail(systemError(errno, "store the folder", entry.path));
            }
        }
        return {};
    }

    int job_;
    int into_;
    const Limits& limits_;
    const std::atomic<bool>& cancelled_;
    Collected collected_;
    std::vector<std::string> todo_;
    std::int64_t bytes_ = 0;
};

} // namespace

Result<Collected> collect(const std::string& jobFolder, const std::string& path, bool asFolder,
                          const std::string& into, const Limits& limits, const std::atomic<bool>& cancelled) {
    const io::UniqueFd job(::open(jobFolder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const io::UniqueFd store(::open(into.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!job || !store) {
        return fail(systemError(errno, "open the folder", job ? into : jobFolder));
    }
    return Collector(job.get(), store.get(), limits, cancelled).run(path, asFolder);
}

} // namespace cirque::artifact
