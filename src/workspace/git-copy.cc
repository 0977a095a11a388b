// SPDX-License-Identifier: Apache-2.0
#include "workspace/git-copy.hh"

#include "base/text.hh"
#include "workspace/git-config.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <utility>

namespace cirque::workspace {
namespace {

class GitReader {
  public:
    GitReader(const GitPlace& place, GitCopy& copy) : place_(place), copy_(copy) {}

    Result<void> run() {
        CIRQUE_TRY(addHead());
        CIRQUE_TRY(add(place_.dir, "index"));
        CIRQUE_TRY(addAll(place_.dir, "", "sharedindex.")); // parts of a split index
        CIRQUE_TRY(add(place_.dir, "info/sparse-checkout"));
        for (const char* name : {"packed-refs", "shallow", "info/exclude", "info/attributes"}) {
            CIRQUE_TRY(add(place_.common, name));
        }
        CIRQUE_TRY(addAll(place_.common, "refs", ""));
        CIRQUE_TRY(addAll(place_.common, "reftable", ""));
        return addConfig();
    }

    Result<void> addAlternates() {
        std::string text = line(place_.common + "/objects");
        // git follows relative lines of another repository's alternates only from there
        const auto further = io::readFile(place_.common + "/objects/info/alternates");
        if (further) {
            for (const std::string_view entry : split(*further, '\n')) {
                if (!entry.empty() && !entry.starts_with('#')) {
                    const bool rooted = entry.starts_with('/') || entry.starts_with('"');
                    text += rooted ? std::string(entry) + "\n"
                                   : line(place_.common + "/objects/" + std::string(entry));
                }
            }
        }
        copy_.files.push_back({"objects/info/alternates", std::move(text), {}});
        return {};
    }

  private:
    // One line of objects/info/alternates; odd names in C quotes (gitrepository-layout(5)).
    static std::string line(const std::string& path) {
        if (!hasControlCharacter(path) && path.find('"') == std::string::npos) {
            return path + "\n";
        }
        std::string out = "\"";
        for (const char c : path) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                out += '\\';
                out += c;
            } else if (byte < 0x20 || byte >= 0x7f) {
                out += fmt::format("\\{:03o}", byte);
            } else {
                out += c;
            }
        }
        return out + "\"\n";
    }

    Result<void> addHead() {
        std::array<char, PATH_MAX> target{};
        const std::string path = place_.dir + "/HEAD";
        // very old repositories have a symbolic link here
        if (const ssize_t n = ::readlink(path.c_str(), target.data(), target.size()); n > 0) {
            std::string text = "ref: " + std::string(target.data(), static_cast<std::size_t>(n)) + "\n";
            copy_.files.push_back({"HEAD", std::move(text), {}});
            return {};
        }
        return add(place_.dir, "HEAD");
    }

    Result<void> add(const std::string& base, const std::string& name) {
        const std::string path = base + "/" + name;
        struct stat st{};
        if (::stat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) {
            return {};
        }
        auto bytes = io::readFile(path, std::size_t{1} << 30U);
        if (!bytes) {
            return bytes.error().code == ErrorCode::NotFound ? Result<void>()
                                                             : fail(std::move(bytes).error());
        }
        // the index keeps its time: git takes entries as new as the index for possibly changed
        copy_.files.push_back({name, std::move(*bytes), st.st_mtim});
        return {};
    }

    // Every file below `folder`, or just the files there whose name starts with `start`.
    Result<void> addAll(const std::string& base, const std::string& folder, std::string_view start) {
        const std::string full = folder.empty() ? base : base + "/" + folder;
        const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(full.c_str()), ::closedir);
        if (!dir) {
            return errno == ENOENT || errno == ENOTDIR ? Result<void>()
                                                       : fail(systemError(errno, "read the folder", full));
        }
        while (const dirent* entry = ::readdir(dir.get())) {
            const std::string_view name = entry->d_name;
            if (name == "." || name == ".." || name.ends_with(".lock") || !name.starts_with(start)) {
                continue;
            }
            const std::string path = folder.empty() ? std::string(name) : folder + "/" + std::string(name);
            struct stat st{};
            if (start.empty() && ::lstat((base + "/" + path).c_str(), &st) == 0 && S_ISDIR(st.st_mode)) {
                CIRQUE_TRY(addAll(base, path, start));
            } else {
                CIRQUE_TRY(add(base, path));
            }
        }
        return {};
    }

    Result<void> addConfig() {
        std::vector<ConfigEntry> entries;
        for (const std::string& path : {place_.common + "/config", place_.dir + "/config.worktree"}) {
            if (const auto text = io::readFile(path)) {
                std::ranges::move(parseGitConfig(*text), std::back_inserter(entries));
            }
        }
        copy_.files.push_back({"config", toGitConfig(jobConfig(entries)), {}});
        return {};
    }

    const GitPlace& place_;
    GitCopy& copy_;
};

Result<void> makeParents(int dir, const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        if (::mkdirat(dir, path.substr(0, slash).c_str(), 0755) != 0 && errno != EEXIST) {
            return fail(systemError(errno, "make the folder", ".git/" + path.substr(0, slash)));
        }
    }
    return {};
}

Result<void> writeOne(int dir, const GitFile& file) {
    io::UniqueFd out;
    const auto open = [&] {
        out.reset(
            ::openat(dir, file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    };
    open();
    if (!out && errno == ENOENT) {
        CIRQUE_TRY(makeParents(dir, file.path));
        open();
    }
    if (!out || !writeFully(out.get(), file.bytes)) {
        return fail(systemError(errno, "write", ".git/" + file.path));
    }
    if (file.mtime) {
        const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, *file.mtime};
        if (::futimens(out.get(), times.data()) != 0) {
            return fail(systemError(errno, "set the time of", ".git/" + file.path));
        }
    }
    return {};
}

} // namespace

Result<GitCopy> readGit(const GitPlace& place, std::string prefix) {
    GitCopy copy{std::move(prefix), {}};
    GitReader reader(place, copy);
    CIRQUE_TRY(reader.run());
    CIRQUE_TRY(reader.addAlternates());
    return copy;
}

Result<void> writeGit(int rootFd, const GitCopy& copy) {
    const std::string name = copy.prefix.empty() ? ".git" : copy.prefix + "/.git";
    if (::mkdirat(rootFd, name.c_str(), 0755) != 0) {
        return fail(systemError(errno, "make the folder", name));
    }
    const io::UniqueFd dir(::openat(rootFd, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!dir) {
        return fail(systemError(errno, "open the folder", name));
    }
    for (const char* folder : {"objects/pack", "objects/info", "refs/heads", "refs/tags"}) {
        CIRQUE_TRY(makeParents(dir.get(), std::string(folder) + "/"));
    }
    for (const GitFile& file : copy.files) {
        CIRQUE_TRY(writeOne(dir.get(), file));
    }
    return {};
}

} // namespace cirque::workspace
