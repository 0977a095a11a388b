// SPDX-License-Identifier: Apache-2.0
// What a job needs before it starts. Build steps are in build.cc.
#include "nix/store/realise.hh"

#include "base/bytes.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

namespace cirque::nix {
namespace {

class OneWatch : public CallListener {
  public:
    OneWatch(Watch watch, MonoTime now) : watcher_(now) { watcher_.attach(std::move(watch)); }

    void event(const LogEvent& event, const Counts& counts) override { watcher_.event(event, counts); }

    void pause(const Counts& counts) override {
        last_ = counts;
        watcher_.flush();
        watcher_.measure(counts, monoNow());
    }

    void finish() { watcher_.lastMeasure(last_); }

  private:
    Watcher watcher_;
    Counts last_;
};

// The same for the same paths: whoever else uses the folder, now or later, makes the same links.
std::string rootName(const std::vector<std::string>& names) {
    constexpr std::size_t enough = 20;
    return "built-" + sha256Hex(fmt::format("{}", fmt::join(names, "\n"))).substr(0, enough);
}

// A derivation without the name of an output means any number of paths. Such names come last in a call, so
// that what is printed for the others can be told apart.
bool isOnePath(const std::string& name) {
    return !name.ends_with(".drv");
}

} // namespace

std::vector<std::string> Store::missing(const Wanted& wanted) const {
    std::set<std::string> names;
    for (const Derivation& derivation : wanted.derivations) {
        const std::vector<std::string> own = namesOf(derivation);
        names.insert(own.begin(), own.end());
    }
    names.insert(wanted.paths.begin(), wanted.paths.end());
    std::erase_if(names, [&](const std::string& name) { return present_.contains(name); });
    std::vector<std::string> out; // single paths first
    for (const bool onePath : {true, false}) {
        std::ranges::copy_if(names, std::back_inserter(out),
                             [&](const std::string& name) { return isOnePath(name) == onePath; });
    }
    return out;
}

bool Store::isBusy(const std::vector<std::string>& names) const {
    return std::ranges::any_of(names, [this](const std::string& name) { return busy_.contains(name); });
}

CallOptions Store::callFor(std::vector<std::string> names) {
    std::string root = options_.rootsFolder.empty() ? "" : options_.rootsFolder + "/" + rootName(names);
    return {.environment = options_.environment,
            .names = std::move(names),
            .root = std::move(root),
            .keepGoing = false,
            .cores = options_.cores};
}

io::Task<Result<void>> Store::realise(Wanted wanted, Watch watch, io::StopToken stop) {
    std::vector<std::string> names = missing(wanted);
    while (isBusy(names)) {
        if (!co_await ended_.wait(stop)) {
            co_return fail(ErrorCode::Process, "the build was stopped");
        }
        names = missing(wanted);
    }
    if (names.empty()) {
        co_return Result<void>{};
    }
    if (!options_.rootsFolder.empty()) {
        CIRQUE_CO_TRY(io::makeFolders(options_.rootsFolder, 0700));
    }
    busy_.insert(names.begin(), names.end());
    auto listener = std::make_shared<OneWatch>(std::move(watch), monoNow());
    Result<CallEnd> called = co_await callRealise(callFor(names), listener, stop);
    listener->finish();
    for (const std::string& name : names) {
        busy_.erase(name);
    }
    ended_.notify();
    if (!called) {
        co_return fail(std::move(called).error());
    }
    Result<void> verdict = called->verdict(wanted.derivations.size() == 1 ? wanted.derivations[0].drv : "");
    if (verdict) {
        present_.insert(names.begin(), names.end());
        keepPaths(names, called->paths);
    }
    co_return verdict;
}

// nix-store prints the paths in the order of the names.
void Store::keepPaths(const std::vector<std::string>& names, const std::vector<std::string>& paths) {
    for (std::size_t i = 0; i < names.size() && i < paths.size() && isOnePath(names[i]); ++i) {
        at_.insert_or_assign(names[i], paths[i]);
    }
    present_.insert(paths.begin(), paths.end());
}

Realised Store::realised(const Wanted& wanted) const {
    Realised out;
    for (const Derivation& derivation : wanted.derivations) {
        for (const std::string& name : namesOf(derivation)) {
            if (const auto found = at_.find(name); found != at_.end()) {
                out.paths.push_back(found->second);
            } else if (present_.contains(name)) {
                out.derivations.push_back(derivation.drv);
            }
        }
    }
    std::ranges::copy_if(wanted.paths, std::back_inserter(out.paths),
                         [this](const std::string& path) { return present_.contains(path); });
    return out;
}

} // namespace cirque::nix
