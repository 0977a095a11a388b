// SPDX-License-Identifier: Apache-2.0
#include "workspace/walk.hh"

#include "io/process/fd.hh"
#include "workspace/ignore.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

namespace cirque::workspace {
namespace {

// The .gitignore files that apply in a folder, innermost first.
struct Rules {
    IgnoreFile file;
    std::string folder; // "" or "a/b/"
    std::shared_ptr<const Rules> outer;
};

bool isIgnored(const Rules* rules, const std::string& path, bool isFolder) {
    for (; rules != nullptr; rules = rules->outer.get()) {
        const auto verdict = rules->file.judge(std::string_view(path).substr(rules->folder.size()), isFolder);
        if (verdict != IgnoreFile::Verdict::None) {
            return verdict == IgnoreFile::Verdict::Ignored;
        }
    }
    return false;
}

class Walk {
  public:
    Walk(const std::string& root, const std::atomic<bool>& cancelled, std::size_t most)
        : root_(root), cancelled_(cancelled), left_(most) {}

    Result<FileList> run() {
        todo_.emplace_back("", nullptr);
        while (!todo_.empty() && !cancelled_.load(std::memory_order_relaxed)) {
            auto [folder, rules] = std::move(todo_.back());
            todo_.pop_back();
            CIRQUE_TRY(enter(folder, std::move(rules)));
        }
        return std::move(list_);
    }

  private:
    using RulesPtr = std::shared_ptr<const Rules>;

    Result<void> enter(const std::string& folder, RulesPtr rules) {
        const std::string full = folder.empty() ? root_ : root_ + "/" + folder;
        io::UniqueFd fd(::open(full.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!fd) {
            if (!folder.empty() && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) {
                return {};
            }
            return fail(systemError(errno, "read the folder", full));
        }
        const std::string prefix = folder.empty() ? "" : folder + "/";
        if (auto ignore = readIgnoreFile(fd.get()); !ignore.empty()) {
            rules = std::make_shared<const Rules>(Rules{std::move(ignore), prefix, std::move(rules)});
        }
        const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(fd.get()), ::closedir);
        if (!dir) {
            return fail(systemError(errno, "read the folder", full));
        }
        const int dirFd = fd.release(); // closed with `dir`
        list_.addFolder(folder);
        while (const dirent* entry = ::readdir(dir.get())) {
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..") {
                continue;
            }
            const bool isFolder = isFolderEntry(dirFd, *entry);
            std::string path = prefix + std::string(name);
            if (isIgnored(rules.get(), path, isFolder)) {
                continue;
            }
            if (isFolder) {
                todo_.emplace_back(std::move(path), rules);
            } else if (left_-- == 0) {
                return fail(ErrorCode::Unsupported, fmt::format("{} holds too many files", root_));
            } else {
                list_.add(folder, name);
            }
        }
        return {};
    }

    static bool isFolderEntry(int dirFd, const dirent& entry) {
        if (entry.d_type != DT_UNKNOWN) {
            return entry.d_type == DT_DIR;
        }
        struct stat st{};
        return ::fstatat(dirFd, entry.d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
    }

    // Like git: a .gitignore that is a symbolic link or no file has no say.
    static IgnoreFile readIgnoreFile(int dirFd) {
        constexpr std::size_t limit = 16U << 20U;
        const io::UniqueFd fd(
            ::openat(dirFd, ".gitignore", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        struct stat st{};
        if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode)) {
            return {};
        }
        std::string text;
        char buffer[16U << 10U];
        for (ssize_t n = 0; text.size() < limit && (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;) {
            text.append(buffer, static_cast<std::size_t>(n));
        }
        return IgnoreFile::parse(text);
    }

    const std::string& root_;
    const std::atomic<bool>& cancelled_;
    std::size_t left_;
    FileList list_;
    std::vector<std::pair<std::string, RulesPtr>> todo_;
};

} // namespace

Result<FileList> walkFolder(const std::string& root, const std::atomic<bool>& cancelled, std::size_t most) {
    return Walk(root, cancelled, most).run();
}

} // namespace cirque::workspace
