// SPDX-License-Identifier: Apache-2.0
#include "agent/orphans.hh"

#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <optional>

namespace cirque::agent {

namespace {

struct Relation {
    pid_t parent = 0;
    pid_t session = 0;
};

// Fields 4 and 6 of /proc/PID/stat (proc(5)), counted from the last ')': a program's name may hold anything.
std::optional<Relation> relationOf(std::string_view pid) {
    const io::UniqueFd file(::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 1024> buffer{};
    const ssize_t size = file ? ::read(file.get(), buffer.data(), buffer.size() - 1) : -1;
    if (size <= 0) {
        return std::nullopt;
    }
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    const std::size_t name = text.rfind(')');
    if (name == std::string_view::npos) {
        return std::nullopt;
    }
    char state = 0;
    int group = 0;
    Relation relation;
    if (std::sscanf(buffer.data() + name + 1, " %c %d %d %d", &state, &relation.parent, &group,
                    &relation.session) != 4) {
        return std::nullopt;
    }
    return relation;
}

std::vector<pid_t> findOrphans(const LeaderSet& leaders) {
    std::vector<pid_t> orphans;
    DIR* proc = ::opendir("/proc");
    if (proc == nullptr) {
        return orphans;
    }
    const pid_t self = ::getpid();
    const pid_t session = ::getsid(0);
    while (const dirent* entry = ::readdir(proc)) {
        const std::string_view name = entry->d_name;
        pid_t pid = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size() || leaders.contains(pid)) {
            continue;
        }
        const std::optional<Relation> relation = relationOf(name);
        if (relation && relation->parent == self && relation->session != session) {
            orphans.push_back(pid);
        }
    }
    ::closedir(proc);
    return orphans;
}

} // namespace

Result<void> becomeSubreaper() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        return fail(systemError(errno, "become the subreaper of", "the steps' processes"));
    }
    return {};
}

io::Task<bool> killOrphans(std::shared_ptr<const LeaderSet> leaders) {
    constexpr int rounds = 1000;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<pid_t> orphans = findOrphans(*leaders);
        if (orphans.empty()) {
            co_return true;
        }
        for (const pid_t pid : orphans) {
            (void)::kill(pid, SIGKILL);
            siginfo_t info{};
            (void)::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG); // else in the next round
        }
        co_await io::sleepFor(Millis(5));
    }
    co_return false;
}

} // namespace cirque::agent
