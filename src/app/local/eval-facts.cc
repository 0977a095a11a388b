// SPDX-License-Identifier: Apache-2.0
#include "app/local/eval-facts.hh"

#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

namespace cirque::app {
namespace {

using workspace::FileFacts;

constexpr std::size_t mostFacts = 50'000;
constexpr std::size_t mostLinks = 40; // as the kernel
constexpr std::size_t largestSource = 64U << 20U;

Unexpected because(std::string reason) {
    return fail(ErrorCode::Unsupported, std::move(reason));
}

bool isBelow(std::string_view path, std::string_view folder) {
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

bool isBelowAny(std::string_view path, std::span<const std::string> folders) {
    return std::ranges::any_of(folders, [&](const std::string& folder) { return isBelow(path, folder); });
}

bool isIn(std::string_view path, std::span<const std::string> places) {
    return isBelowAny(path, places) || std::ranges::find(places, path) != places.end();
}

// What programs read there to know their machine and themselves; nothing else there holds still.
bool isAboutTheProcess(std::string_view path) {
    constexpr std::array known{"/proc/self",
                               "/proc/stat",
                               "/proc/cpuinfo",
                               "/proc/meminfo",
                               "/proc/mounts",
                               "/proc/sys/vm/overcommit_memory",
                               "/proc/sys/kernel/ngroups_max",
                               "/sys/devices/system/cpu",
                               "/sys/fs/cgroup"};
    return std::ranges::any_of(known,
                               [&](std::string_view one) { return path == one || isBelow(path, one); });
}

bool isKernels(std::string_view path) {
    return path.starts_with("/proc/") || path.starts_with("/sys/");
}

std::string readLink(const std::string& path) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    return {target.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

// Programs and libraries, of which Nix is made, name everything that a workflow could say.
bool isProgram(const std::string& path) {
    const io::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    constexpr std::string_view magic = "\x7f"
                                       "ELF";
    std::array<char, magic.size()> first{};
    return fd && ::read(fd.get(), first.data(), first.size()) == static_cast<ssize_t>(first.size()) &&
           std::string_view(first.data(), first.size()) == magic;
}

class Collector {
  public:
    explicit Collector(const FactSources& sources) : sources_(sources) {}

    Result<void> add(const nix::Look& look) {
        CIRQUE_TRY_ASSIGN(const std::optional<std::string> path, settle(look.path));
        if (!path) {
            return {};
        }
        const struct stat& st = *look_(*path);
        if (look.opened && isIn(*path, sources_.downloads)) {
            return because("it used what Nix had downloaded and keeps only for a time");
        }
        if (isKernels(*path)) {
            return isAboutTheProcess(*path) ? Result<void>() : because(fmt::format("it looked at {}", *path));
        }
        if (isIn(*path, sources_.own)) {
            return {};
        }
        if (look.opened && S_ISREG(st.st_mode)) {
            CIRQUE_TRY(scan(*path, st.st_size));
        }
        if (isBelowAny(*path, sources_.constant) || isCovered(*path)) {
            return {};
        }
        if (S_ISDIR(st.st_mode) && !look.opened) {
            return put({.kind = FactKind::Folder, .path = *path});
        }
        if (S_ISCHR(st.st_mode)) {
            return {}; // /dev/null and the like
        }
        if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && look.opened) {
            return because(fmt::format("it opened {}", *path));
        }
        return putSame(*path, st);
    }

    std::vector<Fact> take() {
        std::vector<Fact> facts;
        for (auto& [path, fact] : facts_) {
            facts.push_back(std::move(fact));
        }
        return facts;
    }

  private:
    // The path without links, "." and ".."; on the way each link becomes a fact, as does the first name that
    // is missing (then nullopt).
    Result<std::optional<std::string>> settle(std::string_view path) {
        std::vector<std::string> todo; // names, the next one last
        const auto queue = [&](std::string_view text) {
            std::vector<std::string> names;
            for (std::size_t at = 0; at <= text.size();) {
                const std::size_t slash = std::min(text.find('/', at), text.size());
                names.emplace_back(text.substr(at, slash - at));
                at = slash + 1;
            }
            todo.insert(todo.end(), names.rbegin(), names.rend());
        };
        queue(path);
        std::string at; // a folder, or "" for the root
        for (std::size_t links = 0; !todo.empty();) {
            const std::string name = std::move(todo.back());
            todo.pop_back();
            if (name.empty() || name == ".") {
                continue;
            }
            if (name == "..") {
                at.erase(std::min(at.size(), at.rfind('/')));
                continue;
            }
            std::string next = at + "/" + name;
            const auto& st = look_(next);
            if (!st) {
                CIRQUE_TRY(putAbsent(next, at));
                return std::optional<std::string>();
            }
            if (S_ISLNK(st->st_mode)) {
                if (++links > mostLinks) {
                    return because(fmt::format("there are too many links on the way to {}", path));
                }
                // /proc/self is another process for each
                if (!isKernels(next) && !isBelowAny(next, sources_.constant) && !isCovered(next)) {
                    CIRQUE_TRY(putSame(next, *st));
                }
                const std::string target = isKernels(next) ? "" : readLink(next);
                if (isKernels(next)) {
                    return std::optional(std::move(next));
                }
                at = target.starts_with('/') ? "" : at;
                queue(target);
                continue;
            }
            const bool last = std::ranges::all_of(todo, &std::string::empty);
            if (!last && !S_ISDIR(st->st_mode)) {
                CIRQUE_TRY(putSame(next, *st)); // no folder, so nothing can be below it
                return std::optional<std::string>();
            }
            at = std::move(next);
        }
        return std::optional(at.empty() ? std::string("/") : std::move(at));
    }

    // lstat, once for each path; nullopt when nothing is there.
    const std::optional<struct stat>& look_(const std::string& path) {
        const auto [entry, fresh] = seen_.try_emplace(path);
        if (fresh) {
            struct stat st{};
            if (::lstat(path.c_str(), &st) == 0) {
                entry->second = st;
            }
        }
        return entry->second;
    }

    [[nodiscard]] bool isCovered(std::string_view path) const {
        return isBelow(path, sources_.root) &&
               std::ranges::binary_search(sources_.files, path.substr(sources_.root.size() + 1),
                                          workspace::standsBefore);
    }

    Result<void> put(Fact fact) {
        const auto [entry, fresh] = facts_.try_emplace(fact.path, fact);
        if (!fresh && fact.kind == FactKind::Same) {
            entry->second = std::move(fact); // it says more
        }
        return facts_.size() <= mostFacts
                   ? Result<void>()
                   : because(
                         fmt::format("it looked at more than {} files besides those of the tree", mostFacts));
    }

    Result<void> putSame(const std::string& path, const struct stat& st) {
        const FileFacts facts = FileFacts::of(st);
        if (!workspace::isSettled(facts.changed, sources_.began)) {
            return because(fmt::format("{} has just been changed", path));
        }
        return put({.kind = FactKind::Same, .path = path, .facts = facts});
    }

    // The folder tells whether the name was there a moment ago.
    Result<void> putAbsent(const std::string& path, const std::string& folder) {
        if (isAboutTheProcess(path) || isIn(path, sources_.own)) {
            return {};
        }
        if (isKernels(path) || isBelowAny(path, sources_.constant)) {
            return put({.kind = FactKind::Absent, .path = path}); // these folders change all the time
        }
        const auto& st = look_(folder.empty() ? "/" : folder);
        if (!st || FileFacts::of(*st).modified >= sources_.began) {
            return because(fmt::format("{} has just been changed", folder));
        }
        return put({.kind = FactKind::Absent, .path = path});
    }

    // A plan that depends on the time is another one each time.
    Result<void> scan(const std::string& path, off_t size) {
        const bool isSource = path.ends_with(".nix") || static_cast<std::size_t>(size) <= largestSource;
        if (!isSource || !scanned_.insert(path).second || isProgram(path)) {
            return {};
        }
        const Result<std::string> text = io::readFile(path, largestSource);
        if (!text || text->contains("currentTime")) {
            return because(text ? fmt::format("{} mentions currentTime", path)
                                : fmt::format("{} ({} bytes) cannot be looked through", path, size));
        }
        return {};
    }

    const FactSources& sources_;
    std::unordered_map<std::string, std::optional<struct stat>> seen_;
    std::set<std::string> scanned_;
    std::map<std::string, Fact> facts_;
};

} // namespace

Result<std::vector<Fact>> factsOf(const nix::Observation& observed, const FactSources& sources) {
    if (!observed.complete) {
        return because("this system does not let Cirque see which files Nix looks at");
    }
    if (observed.network) {
        return because("it used the network");
    }
    if (observed.programs) {
        return because("it started other programs, such as git or a build");
    }
    Collector collector(sources);
    for (const nix::Look& look : observed.looks) {
        CIRQUE_TRY(collector.add(look));
    }
    return collector.take();
}

bool usesDownloads(const nix::Observation& observed, const FactSources& sources) {
    return std::ranges::any_of(observed.looks, [&](const nix::Look& look) {
        return look.opened && isIn(look.path, sources.downloads);
    });
}

bool stillHold(std::span<const Fact> facts) {
    return std::ranges::all_of(facts, [](const Fact& fact) {
        struct stat st{};
        if (::lstat(fact.path.c_str(), &st) != 0) {
            return fact.kind == FactKind::Absent && (errno == ENOENT || errno == ENOTDIR);
        }
        return fact.kind == FactKind::Folder ? S_ISDIR(st.st_mode)
                                             : fact.kind == FactKind::Same && FileFacts::of(st) == fact.facts;
    });
}

} // namespace cirque::app
