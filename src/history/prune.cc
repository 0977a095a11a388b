// SPDX-License-Identifier: Apache-2.0
#include "history/prune.hh"

#include "event/journal/journal.hh"
#include "history/layout.hh"
#include "history/run-sizes.hh"
#include "io/process/fd.hh"
#include "io/process/tree-size.hh"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <unordered_set>

namespace cirque::history {
namespace {

constexpr std::string_view trashPrefix = ".trash-";
constexpr std::int64_t microsPerSecond = 1'000'000;
constexpr std::int64_t newbornMicros = 60'000'000; // until then a run without a journal is about to begin
constexpr std::size_t newestLooked = 32;           // runs that may be so young that they have no work folder

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

std::vector<std::string> namesIn(const std::string& path) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
        names.emplace_back(entry->d_name);
    }
    return names;
}

std::string repeatedBy(const RunFolder& folder) {
    std::string repeated;
    // a journal that cannot be read protects nothing
    (void)event::readJournal(folder.journal(), [&](const event::Event& event) {
        if (const auto* started = std::get_if<event::RunStarted>(&event.body)) {
            repeated = started->rerunOf;
        }
        return false;
    });
    return repeated;
}

// What is damaged was a run, and its logs may be whole.
bool neverBegan(const RunFolder& folder, bool isKnown) {
    struct stat status{};
    if (::stat(folder.journal().c_str(), &status) != 0) {
        return errno == ENOENT;
    }
    if (status.st_size == 0 || isKnown) {
        return status.st_size == 0;
    }
    bool any = false;
    const auto read = event::readJournal(folder.journal(), [&](const event::Event&) {
        any = true;
        return false;
    });
    return read && !any;
}

// It may be of a run that is about to begin. Its id alone does not tell: workflows may take long to evaluate.
bool isNewborn(const RunFolder& folder, const RunId& run) {
    struct stat status{};
    const std::int64_t changed =
        ::stat(folder.path.c_str(), &status) == 0 ? status.st_mtim.tv_sec * microsPerSecond : 0;
    return wallNow().micros - std::max(startOf(run).micros, changed) < newbornMicros;
}

class Pruner {
  public:
    Pruner(const std::string& stateDir, const PruneOptions& options)
        : stateDir_(stateDir), options_(options) {}

    Result<Pruned> run() {
        if (::access((stateDir_ + "/runs").c_str(), F_OK) != 0) {
            return std::move(out_); // nothing ever ran here
        }
        const std::string path = stateDir_ + "/gc.lock";
        const io::UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!lock) {
            return fail(systemError(errno, "open the lock", path));
        }
        if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
            out_.busy = true;
            return std::move(out_);
        }
        CIRQUE_TRY_ASSIGN(ids_, listRunIds(stateDir_));
        sizes_ = RunSizes::load(stateDir_);
        emptyTrash();
        removeRuns(candidates());
        if (!options_.dryRun) {
            note(sizes_.save(ids_));
        }
        return std::move(out_);
    }

  private:
    void note(const Result<void>& done) {
        if (!done) {
            out_.problems.push_back(done.error().text());
        }
    }

    // What a crash left.
    void emptyTrash() {
        std::size_t removed = 0;
        for (const std::string& name : namesIn(stateDir_ + "/runs")) {
            if (name.starts_with(trashPrefix) && !options_.dryRun && removed < options_.mostRemoved) {
                note(io::removeTree(fmt::format("{}/runs/{}", stateDir_, name)));
                ++removed;
            }
        }
    }

    std::int64_t sizeOf(const RunId& run, std::size_t& measured) {
        if (const auto known = sizes_.find(run)) {
            return *known;
        }
        const RunFolder folder = runFolder(stateDir_, run);
        if (measured >= options_.mostMeasured || RunLock::isHeld(folder.lock())) {
            return 0; // of a run that runs: it is still growing
        }
        ++measured;
        const std::int64_t bytes = io::treeSize(folder.path);
        sizes_.set(run, bytes);
        return bytes;
    }

    std::vector<Expired> candidates() {
        std::vector<StoredRun> stored;
        std::vector<Expired> nothing; // that never began
        std::size_t measured = 0;
        const bool sized = options_.limits.bytes || options_.all;
        for (const RunId& id : ids_) {
            const RunFolder folder = runFolder(stateDir_, id);
            if (!options_.all && neverBegan(folder, sizes_.find(id).has_value())) {
                nothing.push_back({id, Expiry::NeverBegan, io::treeSize(folder.path)});
                continue;
            }
            stored.push_back({id, sized ? sizeOf(id, measured) : sizes_.find(id).value_or(0)});
        }
        if (!options_.all) {
            std::vector<Expired> expired = findExpired(stored, options_.limits, wallNow());
            expired.insert(expired.begin(), nothing.begin(), nothing.end());
            return expired;
        }
        std::vector<Expired> all;
        for (auto run = stored.rbegin(); run != stored.rend(); ++run) {
            all.push_back({run->id, Expiry::All, run->bytes});
        }
        return all;
    }

    // Runs that a running one repeats: it may still read their artifacts.
    std::unordered_set<std::string> repeated() const {
        std::unordered_set<std::string> out;
        std::vector<std::string> names = namesIn(stateDir_ + "/work"); // a running run has a folder there
        for (std::size_t i = 0; i < std::min(ids_.size(), newestLooked); ++i) {
            names.push_back(ids_[i].text());
        }
        for (const std::string& name : names) {
            const auto id = RunId::parse(name);
            const RunFolder folder = id ? runFolder(stateDir_, *id) : RunFolder{};
            if (id && RunLock::isHeld(folder.lock())) {
                out.insert(repeatedBy(folder));
            }
        }
        return out;
    }

    void removeRuns(const std::vector<Expired>& expired) {
        if (expired.empty()) {
            return;
        }
        const std::unordered_set<std::string> used = repeated();
        std::unordered_set<std::string> gone;
        for (const Expired& one : expired) {
            const bool repeated = used.contains(one.id.text());
            out_.inUse += repeated ? 1 : 0;
            if (repeated || out_.removed.size() >= options_.mostRemoved || !remove(one)) {
                ++out_.left;
                continue;
            }
            gone.insert(one.id.text());
            out_.removed.push_back(one);
        }
        std::erase_if(ids_, [&](const RunId& id) { return gone.contains(id.text()); });
    }

    // False: it is in use or may be soon, or could not be removed.
    bool remove(const Expired& one) {
        const RunFolder folder = runFolder(stateDir_, one.id);
        // held while the folder gets its other name, so that nobody begins to use it meanwhile
        const io::UniqueFd lock(::open(folder.lock().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
        if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
            ++out_.inUse;
            return false;
        }
        if (neverBegan(folder, sizes_.find(one.id).has_value()) && isNewborn(folder, one.id)) {
            ++out_.newborn;
            return false;
        }
        if (options_.dryRun) {
            return true;
        }
        const std::string trash = fmt::format("{}/runs/{}{}", stateDir_, trashPrefix, one.id.text());
        if (std::rename(folder.path.c_str(), trash.c_str()) != 0) {
            note(fail(systemError(errno, "remove", folder.path)));
            return false;
        }
        note(io::removeTree(trash));
        // what `--keep` kept of it
        note(io::removeTree(fmt::format("{}/work/{}", stateDir_, one.id.text())));
        return true;
    }

    const std::string& stateDir_;
    const PruneOptions& options_;
    std::vector<RunId> ids_; // newest first
    RunSizes sizes_;
    Pruned out_;
};

} // namespace

Result<Pruned> pruneRuns(const std::string& stateDir, const PruneOptions& options) {
    return Pruner(stateDir, options).run();
}

} // namespace cirque::history
