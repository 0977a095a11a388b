// SPDX-License-Identifier: Apache-2.0
#include "exec/nspawn/registry.hh"

#include "base/json.hh"
#include "base/text.hh"
#include "exec/remote/handle.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string_view>

namespace cirque::exec {

namespace {

namespace fs = std::filesystem;

constexpr Millis pause{20};
constexpr int rounds = 150; // 3 s

// What follows the cgroup's marks in a line of /proc/self/cgroup; cgroups(7).
std::string cgroupPath(std::string_view table, std::string_view marks) {
    for (const std::string_view line : split(table, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && line.substr(colon).starts_with(marks)) {
            return std::string(line.substr(colon + marks.size()));
        }
    }
    return {};
}

// Deepest first: rmdir is all that a cgroup knows, and it needs its processes to be gone.
bool removeCgroup(const std::string& path) {
    std::error_code error;
    std::vector<std::string> folders{path};
    for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->is_directory(error)) {
            folders.push_back(entry->path().string());
        }
    }
    std::ranges::sort(folders, std::greater<>{});
    std::ranges::for_each(folders, [](const std::string& folder) { (void)::rmdir(folder.c_str()); });
    return ::access(path.c_str(), F_OK) != 0;
}

bool isOf(const std::string& machine, const std::string& pid) {
    const auto words = io::readFile("/proc/" + pid + "/cmdline");
    if (!words) {
        return false;
    }
    const std::string wanted = '\0' + ("--machine=" + machine) + '\0';
    return words->find(wanted) != std::string::npos;
}

// How many there were.
int killMachine(const std::string& machine) {
    int found = 0;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename();
        const bool isNumber = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
        if (isNumber && isOf(machine, name)) {
            ++found;
            (void)::kill(static_cast<pid_t>(std::stol(name)), SIGKILL); // the next round sees whether it went
        }
    }
    return found;
}

} // namespace

std::vector<std::string> cgroupsFor(const std::string& machine) {
    const auto table = io::readFile("/proc/self/cgroup");
    if (!table) {
        return {};
    }
    std::vector<std::string> found;
    const auto add = [&](std::string_view marks, std::initializer_list<std::string_view> mounts) {
        const std::string own = cgroupPath(*table, marks);
        for (const std::string_view mount : mounts) {
            const std::string path = fmt::format("{}{}", mount, own == "/" ? std::string() : own);
            if (!own.empty() && ::access((path + "/cgroup.procs").c_str(), F_OK) == 0) {
                found.push_back(fmt::format("{}/{}", path, machine));
                return;
            }
        }
    };
    add(":name=systemd:", {"/sys/fs/cgroup/systemd"});
    add("::", {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"});
    return found;
}

Result<void> NspawnRegistry::add(const Registered& machine) const {
    JsonObject json{{"machine", machine.machine}, {"run", machine.run}};
    JsonArray cgroups(machine.cgroups.begin(), machine.cgroups.end());
    json["cgroups"] = std::move(cgroups);
    const std::string file = fmt::format("{}/{}", folder(), machine.machine);
    CIRQUE_TRY(io::makeFolders(folder(), 0700));
    if (io::writeFileAtomic(file, toLine(json))) {
        return {};
    }
    CIRQUE_TRY(io::makeFolders(folder(), 0700)); // another process has tidied up
    return io::writeFileAtomic(file, toLine(json));
}

void NspawnRegistry::tidy() const {
    (void)::rmdir(folder().c_str()); // not empty: somebody needs it
}

io::Task<Result<void>> NspawnRegistry::remove(Registered machine) const {
    std::vector<std::string> left = machine.cgroups;
    for (int round = 0; round < rounds; ++round) {
        std::erase_if(left, removeCgroup);
        if (left.empty()) {
            break;
        }
        co_await io::sleepFor(pause); // its last process is on its way out
    }
    const std::string file = fmt::format("{}/{}", folder(), machine.machine);
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
        co_return fail(systemError(errno, "remove", file));
    }
    if (!left.empty()) {
        co_return fail(ErrorCode::Io,
                       fmt::format("the cgroup {} of a machine cannot be removed", left.front()));
    }
    co_return Result<void>();
}

bool NspawnRegistry::isAlive(const std::string& run) const {
    const std::string path = fmt::format("{}/work/{}/run.lock", stateDir_, run);
    const io::UniqueFd lock(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    return static_cast<bool>(lock) && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0;
}

std::vector<Registered> NspawnRegistry::findDead() const {
    std::vector<Registered> dead;
    std::error_code error;
    for (fs::directory_iterator entry(folder(), error), end; !error && entry != end; entry.increment(error)) {
        const auto text = io::readFile(entry->path());
        const auto json = text ? parseJson(*text, "a machine") : Result<Json>(fail(text.error()));
        const auto run = text ? textOfHandle(*text, "run") : Result<std::string>(fail(text.error()));
        if (!json || !run || isAlive(*run)) {
            continue;
        }
        Registered machine{entry->path().filename(), *run, {}};
        const Json* cgroups = json->as_object().if_contains("cgroups");
        const JsonArray* list = cgroups != nullptr ? cgroups->if_array() : nullptr;
        for (const Json& path : list != nullptr ? *list : JsonArray()) {
            if (path.is_string() && std::string(path.as_string()).ends_with('/' + machine.machine)) {
                machine.cgroups.emplace_back(path.as_string());
            }
        }
        dead.push_back(std::move(machine));
    }
    return dead;
}

io::Task<std::vector<std::string>> NspawnRegistry::sweep(io::StopToken stop) const {
    std::vector<std::string> problems;
    for (Registered& machine : findDead()) {
        if (stop.stopRequested()) {
            break;
        }
        for (int round = 0; round < rounds && killMachine(machine.machine) > 0; ++round) {
            co_await io::sleepFor(pause);
        }
        if (auto removed = co_await remove(std::move(machine)); !removed) {
            problems.push_back(removed.error().text());
        }
    }
    co_return problems;
}

} // namespace cirque::exec
