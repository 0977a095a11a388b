// SPDX-License-Identifier: Apache-2.0
#include "workspace/tree.hh"

#include "base/text.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

namespace cirque::workspace {
namespace {

constexpr std::size_t pointerLimit = 64U << 10U; // .git files and commondir hold one path

Result<std::string> canonical(const std::string& path) {
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (resolved == nullptr) {
        return fail(systemError(errno, "find the folder", path));
    }
    std::string out(resolved);
    std::free(resolved); // NOLINT: realpath allocates with malloc
    return out;
}

bool exists(const std::string& path) {
    struct stat st{};
    return ::lstat(path.c_str(), &st) == 0;
}

bool isFolder(const std::string& path) {
    struct stat st{};
    return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

std::string beneath(const std::string& base, std::string_view path) {
    return path.starts_with('/') ? std::string(path) : base + "/" + std::string(path);
}

// The same test git makes (gitrepository-layout(5)): HEAD, objects and refs.
std::optional<GitPlace> repositoryAt(const std::string& dir) {
    if (!exists(dir + "/HEAD")) {
        return std::nullopt;
    }
    std::string common = dir;
    if (const auto text = io::readFile(dir + "/commondir", pointerLimit); text) {
        auto resolved = canonical(beneath(dir, trim(*text)));
        if (!resolved) {
            return std::nullopt;
        }
        common = std::move(*resolved);
    }
    if (!isFolder(common + "/objects") || !isFolder(common + "/refs")) {
        return std::nullopt;
    }
    return GitPlace{dir, common};
}

} // namespace

Result<std::optional<GitPlace>> findGitAt(const std::string& root) {
    const std::string path = root + "/.git";
    struct stat st{};
    if (::stat(path.c_str(), &st) != 0) {
        return std::nullopt;
    }
    if (S_ISDIR(st.st_mode)) {
        CIRQUE_TRY_ASSIGN(const std::string dir, canonical(path));
        return repositoryAt(dir);
    }
    if (!S_ISREG(st.st_mode)) {
        return std::nullopt;
    }
    CIRQUE_TRY_ASSIGN(const std::string text, io::readFile(path, pointerLimit));
    constexpr std::string_view mark = "gitdir:";
    if (text.starts_with(mark)) {
        const auto dir = canonical(beneath(root, trim(std::string_view(text).substr(mark.size()))));
        if (dir) {
            if (auto place = repositoryAt(*dir)) {
                return place;
            }
        }
    }
    return fail(ErrorCode::Corrupt, fmt::format("{} does not lead to a git repository", path),
                "run `git worktree repair` or `git submodule update --init` there, or remove the file");
}

Result<Tree> findTree(const std::string& folder) {
    CIRQUE_TRY_ASSIGN(std::string start, canonical(folder));
    if (!isFolder(start)) {
        return fail(systemError(ENOTDIR, "work in", folder));
    }
    for (std::string at = start;;) {
        CIRQUE_TRY_ASSIGN(auto git, findGitAt(at == "/" ? "" : at));
        if (git) {
            return Tree{at, std::move(git)};
        }
        const std::size_t slash = at.rfind('/');
        if (at == "/" || slash == std::string::npos) {
            return Tree{start, std::nullopt};
        }
        at = slash == 0 ? "/" : at.substr(0, slash);
    }
}

} // namespace cirque::workspace
