// SPDX-License-Identifier: Apache-2.0
#include "app/local/housekeeping.hh"

#include "agent/run-folder.hh"
#include "app/local/control.hh"
#include "app/local/roots-lock.hh"
#include "history/layout.hh"
#include "io/process/fd.hh"
#include "io/process/tree-size.hh"
#include "nix/eval/library.hh"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <memory>
#include <numeric>

namespace cirque::app {
namespace {

constexpr std::time_t settled = 60; // what is younger may be being written
constexpr std::time_t hour = 3600;
constexpr std::time_t month = hour * 24 * 30;

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

struct Entry {
    std::string name;
    std::string path;
    std::time_t age = 0; // seconds since it last changed
};

std::vector<Entry> entriesOf(const std::string& path) {
    std::vector<Entry> entries;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    while (const dirent* found = folder ? ::readdir(folder.get()) : nullptr) {
        Entry entry{found->d_name, path + "/" + found->d_name, 0};
        struct stat status{};
        if (entry.name != "." && entry.name != ".." && ::lstat(entry.path.c_str(), &status) == 0) {
            entry.age = ::time(nullptr) - status.st_mtime;
            entries.push_back(std::move(entry));
        }
    }
    return entries;
}

using Paths = std::vector<std::string>;

// A run that was killed left them; one that repeats a dead run's id does not exist.
Paths deadSockets(const config::Settings& settings, bool /*all*/) {
    Paths out;
    const auto ids = history::listRunIds(settings.stateDir);
    for (const RunId& id : ids ? *ids : std::vector<RunId>{}) {
        const history::RunFolder folder = history::runFolder(settings.stateDir, id);
        const std::string path = controlPath(folder);
        if (::access(path.c_str(), F_OK) == 0 && !history::RunLock::isHeld(folder.lock())) {
            out.push_back(path);
        }
    }
    return out;
}

// Another version of Cirque may use its own now: it is written again when it is missed, but not while it is
// read.
Paths oldLibraries(const config::Settings& settings, bool all) {
    Paths out;
    for (const Entry& entry : entriesOf(settings.stateDir + "/nix-lib")) {
        const bool unfinished = entry.name.find('.') != std::string::npos;
        if (entry.name != nix::libraryVersion() && entry.age > (unfinished || all ? hour : month)) {
            out.push_back(entry.path);
        }
    }
    return out;
}

// The cache keeps its own bounds (app/local/eval-cache): here go roots without an entry and, with `all`,
// everything.
Paths evaluations(const config::Settings& settings, bool all) {
    Paths out;
    const std::string rootsSuffix = ".roots";
    for (const Entry& entry : entriesOf(settings.stateDir + "/eval")) {
        bool orphan = false;
        if (entry.name.ends_with(rootsSuffix) && entry.age > hour) {
            const std::string base = entry.path.substr(0, entry.path.size() - rootsSuffix.size());
            orphan = ::access((base + ".entry").c_str(), F_OK) != 0;
        }
        if (((all && entry.age > settled) || orphan) && !areRootsHeld(entry.path)) {
            out.push_back(entry.path);
        }
    }
    return out;
}

Paths unusedTrees(const config::Settings& settings, bool all) {
    Paths out;
    for (const Entry& entry : entriesOf(settings.stateDir + "/trees")) {
        struct stat status{};
        const bool known = ::stat((entry.path + "/stat").c_str(), &status) == 0;
        const std::time_t age = known ? ::time(nullptr) - status.st_mtime : entry.age;
        if (age > (all ? settled : month)) {
            out.push_back(entry.path);
        }
    }
    return out;
}

Paths unfinishedFiles(const config::Settings& settings, bool /*all*/) {
    Paths out;
    for (const Entry& entry : entriesOf(settings.stateDir)) {
        if (entry.name.find(".tmp-") != std::string::npos && entry.age > hour) {
            out.push_back(entry.path);
        }
    }
    return out;
}

struct Kind {
    std::string_view what;
    Paths (*find)(const config::Settings& settings, bool all);
};

constexpr std::array<Kind, 5> kinds{{
    {"control socket of a run that is gone", deadSockets},
    {"workflow library of another version", oldLibraries},
    {"kept evaluation", evaluations},
    {"record of a work tree", unusedTrees},
    {"unfinished file", unfinishedFiles},
}};

// What `agent::sweep` removes below one root, under its own locks.
void sweepRoot(std::string_view what, const std::string& root, bool dryRun, Garbage& out) {
    struct stat status{};
    if (::lstat(root.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != ::geteuid()) {
        return; // not there, or somebody else's: anyone may make a folder below /dev/shm
    }
    std::vector<Leftover> found;
    for (const std::string& path : agent::findStale(root)) {
        found.push_back({what, path, io::treeSize(path)});
    }
    if (!dryRun) {
        for (std::string& problem : agent::sweep(root)) {
            out.problems.push_back(std::move(problem));
        }
        std::erase_if(found, [](const Leftover& one) { return ::access(one.path.c_str(), F_OK) == 0; });
    }
    out.leftovers.insert(out.leftovers.end(), found.begin(), found.end());
}

void removeKind(const Kind& kind, const config::Settings& settings, const GarbageOptions& options,
                Garbage& out) {
    for (const std::string& path : kind.find(settings, options.all)) {
        const Leftover one{kind.what, path, io::treeSize(path)};
        if (!options.dryRun) {
            auto removed = removeRoots(path); // whatever else it is, nobody holds it
            if (!removed) {
                out.problems.push_back(removed.error().text());
            }
            if (!removed || !*removed) {
                continue;
            }
        }
        out.leftovers.push_back(one);
    }
}

} // namespace

std::int64_t Garbage::bytes() const {
    std::int64_t total = 0;
    for (const history::Expired& run : runs.removed) {
        total += run.bytes;
    }
    return std::accumulate(leftovers.begin(), leftovers.end(), total,
                           [](std::int64_t sum, const Leftover& one) { return sum + one.bytes; });
}

history::RetentionLimits limitsOf(const config::Settings& settings) {
    return {settings.keepRuns, settings.keepDays, settings.keepBytes};
}

Result<Garbage> collectGarbage(const config::Settings& settings, const GarbageOptions& options) {
    Garbage out;
    history::PruneOptions prune;
    prune.limits = options.limits;
    prune.all = options.all;
    prune.dryRun = options.dryRun;
    // first what died: a run's kept folder must not be counted twice
    sweepRoot("work folder of a run that is gone", settings.stateDir + "/work", options.dryRun, out);
    sweepRoot("private folder of a run that is gone", settings.privateRoot, options.dryRun, out);
    CIRQUE_TRY_ASSIGN(out.runs, history::pruneRuns(settings.stateDir, prune));
    for (const Kind& kind : kinds) {
        removeKind(kind, settings, options, out);
    }
    out.problems.insert(out.problems.end(), out.runs.problems.begin(), out.runs.problems.end());
    return out;
}

void tidyAfterRun(const config::Settings& settings) {
    constexpr std::size_t handful = 8;
    history::PruneOptions prune;
    prune.limits = limitsOf(settings);
    prune.mostRemoved = handful;
    prune.mostMeasured = handful;
    (void)history::pruneRuns(settings.stateDir,
                             prune); // the run has its verdict; `cirque gc` tells what fails
}

} // namespace cirque::app
