// SPDX-License-Identifier: Apache-2.0
#include "artifact/find-files.hh"

#include "artifact/beneath.hh"
#include "artifact/glob.hh"
#include "base/text.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>
#include <utility>

namespace cirque::artifact {
namespace {

constexpr std::int64_t mostEntries = 1'000'000;
constexpr std::string_view anyFolders = "**";

// Not st_ctim: another owner or mode, as a place gives them to the whole folder, writes nothing.
std::string identityOf(const struct stat& st) {
    return fmt::format("{}:{}:{}:{}.{}", st.st_dev, st.st_ino, st.st_size, st.st_mtim.tv_sec,
                       st.st_mtim.tv_nsec);
}

class Finder {
  public:
    Finder(int folder, std::vector<std::string> parts, std::int64_t most)
        : folder_(folder), parts_(std::move(parts)), most_(most) {}

    Result<std::vector<FoundFile>> run() {
        todo_.emplace("", 0U);
        while (!todo_.empty()) {
            const auto node = todo_.extract(todo_.begin());
            CIRQUE_TRY(visit(node.value().first, node.value().second));
        }
        std::vector<FoundFile> files;
        for (const auto& [path, identity] : found_) {
            files.push_back({path, identity});
        }
        return files;
    }

  private:
    // `path` matches the parts before `index`.
    Result<void> visit(const std::string& path, std::size_t index) {
        if (!seen_.emplace(path, index).second) {
            return {};
        }
        const std::string& part = parts_[index];
        const bool last = index + 1 == parts_.size();
        if (part == anyFolders) {
            todo_.emplace(path, last ? index : index + 1);
            return eachChild(path, [&](const std::string& name, const struct stat& st) -> Result<void> {
                if (name.starts_with('.')) {
                    return {};
                }
                if (S_ISDIR(st.st_mode)) {
                    todo_.emplace(joinPath(path, name), index);
                }
                return last ? addMatched(joinPath(path, name), st) : Result<void>{};
            });
        }
        if (!hasWildcard(part)) {
            const std::string next = joinPath(path, part);
            if (!last) {
                todo_.emplace(next, index + 1);
                return {};
            }
            return addNamed(next);
        }
        return eachChild(path, [&](const std::string& name, const struct stat& st) -> Result<void> {
            if (!matchesName(part, name)) {
                return {};
            }
            if (last) {
                return addMatched(joinPath(path, name), st);
            }
            if (S_ISDIR(st.st_mode)) {
                todo_.emplace(joinPath(path, name), index + 1);
            }
            return {};
        });
    }

    template <class Fn>
    Result<void> eachChild(const std::string& path, Fn&& fn) {
        io::UniqueFd fd = openBeneath(folder_, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
        if (!fd && (errno == ENOENT || errno == ENOTDIR)) {
            return {};
        }
        const std::unique_ptr<DIR, int (*)(DIR*)> dir(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
        if (!dir) {
            return fail(beneathError(errno, "read the folder", path.empty() ? "." : path));
        }
        const int dirFd = fd.release(); // closed with `dir`
        while (const dirent* child = ::readdir(dir.get())) {
            const std::string name = child->d_name;
            struct stat st{};
            if (name == "." || name == ".." ||
                ::fstatat(dirFd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
                continue; // gone since: a daemon of the job removed it
            }
            if (++entries_ > mostEntries) {
                return fail(ErrorCode::Unsupported,
                            fmt::format("there are more than {} files to look at", mostEntries),
                            "name the folder more closely");
            }
            CIRQUE_TRY(fn(name, st));
        }
        return {};
    }

    // A file that a wildcard matched; folders and what can hold no report are passed over.
    Result<void> addMatched(const std::string& path, const struct stat& st) {
        if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) {
            return {};
        }
        return add(path, true);
    }

    Result<void> addNamed(const std::string& path) { return add(path, false); }

    Result<void> add(const std::string& path, bool byWildcard) {
        const io::UniqueFd file = openBeneath(folder_, path, O_PATH);
        struct stat st{};
        if (!file && (errno == ENOENT || errno == ENOTDIR)) {
            return {};
        }
        if (!file || ::fstat(file.get(), &st) != 0) {
            return fail(beneathError(errno, "read", path));
        }
        if (!S_ISREG(st.st_mode)) {
            return byWildcard ? Result<void>{}
                              : fail(ErrorCode::Unsupported, fmt::format("{} is no file", path),
                                     "name a file, or files by a pattern such as reports/*.xml");
        }
        found_.emplace(path, identityOf(st));
        if (std::ssize(found_) > most_) {
            return fail(ErrorCode::Unsupported, fmt::format("more than {} files match", most_),
                        "name them more closely");
        }
        return {};
    }

    int folder_;
    std::vector<std::string> parts_;
    std::int64_t most_;
    std::set<std::pair<std::string, std::size_t>> todo_;
    std::set<std::pair<std::string, std::size_t>> seen_;
    std::set<std::pair<std::string, std::string>> found_;
    std::int64_t entries_ = 0;
};

Result<io::UniqueFd> openFolder(const std::string& folder) {
    io::UniqueFd fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    return fd ? Result<io::UniqueFd>(std::move(fd)) : fail(systemError(errno, "open the folder", folder));
}

} // namespace

Result<std::vector<FoundFile>> findFiles(const std::string& folder, const std::string& pattern,
                                         std::int64_t most) {
    CIRQUE_TRY_ASSIGN(const std::string plain, plainPath(pattern));
    std::vector<std::string> parts;
    for (const std::string_view part : split(plain, '/')) {
        if (part != anyFolders || parts.empty() || parts.back() != anyFolders) {
            parts.emplace_back(part);
        }
    }
    if (plain.empty()) {
        return fail(ErrorCode::InvalidPlan, "the pattern names the job's folder itself", "name a file");
    }
    CIRQUE_TRY_ASSIGN(const io::UniqueFd fd, openFolder(folder));
    return Finder(fd.get(), std::move(parts), most).run();
}

Result<std::string> readFound(const std::string& folder, const std::string& path, std::int64_t limit) {
    CIRQUE_TRY_ASSIGN(const io::UniqueFd fd, openFolder(folder));
    const io::UniqueFd file = openBeneath(fd.get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat st{};
    if (!file || ::fstat(file.get(), &st) != 0) {
        return fail(beneathError(errno, "read", path));
    }
    if (!S_ISREG(st.st_mode)) {
        return fail(ErrorCode::Unsupported, fmt::format("{} is no file", path));
    }
    std::string bytes;
    bytes.resize(static_cast<std::size_t>(std::min<std::int64_t>(st.st_size, limit)) + 1);
    std::size_t size = 0;
    while (true) {
        const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(systemError(errno, "read", path));
        }
        size += static_cast<std::size_t>(got);
        if (static_cast<std::int64_t>(size) > limit) {
            return fail(ErrorCode::Unsupported, fmt::format("{} holds more than {} bytes", path, limit));
        }
        if (got == 0) {
            bytes.resize(size);
            return bytes;
        }
        if (size == bytes.size()) {
            bytes.resize(bytes.size() * 2);
        }
    }
}

} // namespace cirque::artifact
