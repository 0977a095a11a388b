// SPDX-License-Identifier: Apache-2.0
#include "app/local/tree-watch.hh"

#include "app/local/tree-hash.hh"
#include "io/runtime/runtime.hh"
#include "workspace/tree.hh"

#include <dirent.h>

#include <cstring>
#include <memory>

namespace cirque::app {
namespace {

constexpr Millis quiet{100};   // nothing happened for so long: whoever writes has finished
constexpr int mostRounds = 20; // of waiting for that
constexpr Millis everySoOften{2000};
constexpr int mostFailures = 20;
constexpr std::size_t mostFresh = 1000;

enum class Holds { Nothing, OnlyFolders, Files };

// The folders in `path` are added to `inner`.
Holds lookInto(const std::string& path, std::vector<std::string>& inner) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    Holds holds = Holds::Nothing;
    while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
        if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (entry->d_type != DT_DIR) {
            return Holds::Files;
        }
        inner.push_back(path + "/" + entry->d_name);
        holds = Holds::OnlyFolders;
    }
    return holds;
}

} // namespace

TreeWatch::TreeWatch(std::string tree, std::string stateDir, std::function<void(const Error&)> notice)
    : tree_(std::move(tree)), stateDir_(std::move(stateDir)), notice_(std::move(notice)) {
    if (auto folders = io::FolderWatch::open()) {
        folders_.emplace(std::move(*folders));
    } else {
        giveUp(folders.error());
    }
}

void TreeWatch::giveUp(const Error& why) {
    folders_.reset();
    notice_(why);
}

// The folders of these files, and new ones that hold none yet. A new folder with files that are not among
// them is an ignored one. True: some were not watched before.
bool TreeWatch::watch(const std::vector<std::string>& files) {
    std::set<std::string> wanted{tree_};
    for (const std::string& file : files) {
        for (std::size_t slash = file.rfind('/'); slash != std::string::npos && slash > 0;
             slash = file.rfind('/', slash - 1)) {
            if (!wanted.insert(tree_ + "/" + file.substr(0, slash)).second) {
                break; // its parents are there too
            }
        }
    }
    for (std::string& made : folders_->takeNewFolders()) {
        if (!made.ends_with("/.git") && !made.starts_with(tree_ + "/.git/")) {
            fresh_.insert(std::move(made));
        }
    }
    std::set<std::string> still;
    std::vector<std::string> open(fresh_.begin(), fresh_.end());
    while (!open.empty() && still.size() < mostFresh) {
        const std::string folder = std::move(open.back());
        open.pop_back();
        std::vector<std::string> inner;
        if (!wanted.contains(folder) && lookInto(folder, inner) == Holds::Files) {
            continue;
        }
        if (still.insert(folder).second) {
            open.insert(open.end(), inner.begin(), inner.end());
        }
    }
    fresh_ = std::move(still);
    wanted.insert(fresh_.begin(), fresh_.end());
    const Result<bool> added = folders_->watch(wanted);
    if (!added) {
        giveUp(added.error());
    }
    return added && *added;
}

// The fingerprint, with the watches in place before it was taken.
io::Task<Result<std::string>> TreeWatch::look(io::StopToken stop) {
    for (;;) {
        CIRQUE_CO_TRY_ASSIGN(workspace::Tree tree, workspace::findTree(tree_));
        tree_ = tree.root;
        CIRQUE_CO_TRY_ASSIGN(workspace::Fingerprint found,
                             co_await fingerprintOf(std::move(tree), stateDir_, stop));
        if (!folders_) {
            co_return std::move(found.hash);
        }
        if (!watch(found.files)) {
            co_return std::move(found.hash);
        }
    }
}

// Until nothing has happened for a moment: an editor or a checkout writes many files.
io::Task<> TreeWatch::settle(io::StopToken stop) {
    for (int round = 0; round < mostRounds; ++round) {
        const bool slept = co_await io::sleepFor(quiet, stop);
        if (!slept || !folders_->takeChanges()) {
            co_return;
        }
    }
}

io::Task<> TreeWatch::await(io::StopToken stop) {
    if (!folders_) {
        co_await io::sleepFor(everySoOften, stop);
        co_return;
    }
    co_await folders_->changed(stop);
    co_await settle(stop);
}

io::Task<Result<bool>> TreeWatch::changed(std::string since, io::StopToken stop) {
    int failures = 0;
    while (!stop.stopRequested()) {
        const Result<std::string> now = co_await look(stop);
        if (stop.stopRequested()) {
            break;
        }
        if (now && *now != since) {
            co_return true;
        }
        if (now) {
            failures = 0;
            co_await await(stop);
        } else if (++failures == mostFailures) {
            co_return fail(now.error());
        } else {
            co_await io::sleepFor(quiet, stop); // files come and go under our eyes
        }
    }
    co_return false;
}

} // namespace cirque::app
