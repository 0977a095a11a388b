// SPDX-License-Identifier: Apache-2.0
// Build steps: one derivation at a time for who asks, several at a time for Nix as long as they are short.
#include "io/process/fd.hh"
#include "nix/log/names.hh"
#include "nix/store/realise.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace cirque::nix {
namespace {

std::string keyOf(const Derivation& derivation) {
    return fmt::format("{}", fmt::join(namesOf(derivation), " "));
}

Unexpected stopped() {
    return fail(ErrorCode::Process, "the build was stopped");
}

// Lets several be broken off when they turn out not to be short.
struct Patience {
    io::StopSource call;
    io::StopSource ended;
    bool lost = false;
};

io::Task<> breakOff(std::shared_ptr<Patience> patience) {
    if (co_await io::sleepFor(LookAhead::patience, patience->ended.token())) {
        patience->lost = true;
        patience->call.request(io::StopLevel::Graceful, io::StopReason::Timeout);
    }
}

} // namespace

void Store::expect(Derivation derivation) {
    const std::string key = keyOf(derivation);
    const bool isExplicit = namesOf(derivation).front() != derivation.drv;
    if (isExplicit && !built_.contains(key) && !members_.contains(key) && expectedKeys_.insert(key).second) {
        expected_.push_back(std::move(derivation));
    }
}

Store::Member Store::findMember(const std::string& key) const {
    const auto found = members_.find(key);
    return found == members_.end() ? nullptr : found->second;
}

Store::Member Store::takeAhead(const std::string& key) {
    const auto found = ahead_.find(key);
    if (found == ahead_.end()) {
        return nullptr;
    }
    Member member = std::move(found->second);
    ahead_.erase(found);
    return member;
}

// Who comes later finds it there.
Result<BuiltPaths> Store::takeResult(const std::string& key, const Member& member) {
    if (*member->result) {
        BuiltPaths later = **member->result;
        later.cached = true;
        built_.insert_or_assign(key, std::move(later));
    }
    return *member->result;
}

io::Task<Result<BuiltPaths>> Store::build(Derivation derivation, Watch watch, io::StopToken stop) {
    const std::string key = keyOf(derivation);
    if (!options_.rootsFolder.empty()) {
        CIRQUE_CO_TRY(io::makeFolders(options_.rootsFolder, 0700));
    }
    bool saidSo = false;
    while (true) {
        if (const auto known = built_.find(key); known != built_.end()) {
            if (watch.log) {
                watch.log(fmt::format("{} was made earlier in this run\n", nameOfPath(derivation.drv)));
            }
            co_return known->second;
        }
        if (const Member ahead = takeAhead(key)) {
            ahead->watcher.attach(watch);
            co_return takeResult(key, ahead);
        }
        if (const Member running = findMember(key)) {
            const bool mine = !running->watcher.watched();
            if (mine) {
                running->watcher.attach(watch);
            } else if (watch.log && !std::exchange(saidSo, true)) {
                watch.log(fmt::format("{} is being built for another job of this run\n",
                                      nameOfPath(derivation.drv)));
            }
            const bool woken = co_await ended_.wait(stop);
            if (mine) {
                running->watcher.detach();
            }
            if (running->result) {
                ahead_.erase(key);
                co_return takeResult(key, running);
            }
            if (!woken) {
                co_return stopped();
            }
            continue;
        }
        if (isBusy(namesOf(derivation))) {
            if (!co_await ended_.wait(stop)) {
                co_return stopped();
            }
            continue;
        }
        const std::shared_ptr<Batch> batch = begin(derivation);
        const Member own = batch->members().front();
        own->watcher.attach(watch);
        CIRQUE_CO_TRY(co_await run(batch, stop));
        if (own->result) {
            co_return takeResult(key, own);
        }
        if (stop.stopRequested()) {
            co_return stopped();
        }
    }
}

// `derivation`, and what may go along with it.
std::shared_ptr<Batch> Store::begin(const Derivation& derivation) {
    std::vector<Derivation> taken{derivation};
    const std::string key = keyOf(derivation);
    const bool mayTakeAlong = expectedKeys_.erase(key) > 0 && !alone_.contains(key);
    const auto most = static_cast<std::size_t>(mayTakeAlong ? lookAhead_.size() : 1);
    while (taken.size() < most && !expected_.empty()) {
        Derivation next = std::move(expected_.front());
        expected_.pop_front();
        const std::string nextKey = keyOf(next);
        if (expectedKeys_.erase(nextKey) > 0 && !isBusy(namesOf(next)) && !built_.contains(nextKey)) {
            taken.push_back(std::move(next));
        }
    }
    auto batch = std::make_shared<Batch>(std::move(taken), monoNow());
    for (const Member& member : batch->members()) {
        members_.emplace(keyOf(member->derivation), member);
        const std::vector<std::string> names = namesOf(member->derivation);
        busy_.insert(names.begin(), names.end());
    }
    return batch;
}

io::Task<Result<void>> Store::run(std::shared_ptr<Batch> batch, io::StopToken stop) {
    const MonoTime start = monoNow();
    auto patience = std::make_shared<Patience>();
    const io::StopCallback onStop = stop.onStop(
        [patience](io::StopLevel level) { patience->call.request(level, io::StopReason::Cancelled); });
    io::TaskGroup group;
    co_await group.start();
    if (!batch->alone()) {
        group.spawn(breakOff(patience));
    }
    Result<void> called = co_await perform(batch, patience->call.token());
    patience->ended.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
    co_await group.join();
    if (patience->lost) {
        lookAhead_.broken();
    } else {
        lookAhead_.ended(static_cast<int>(batch->members().size()), monoNow() - start);
    }
    end(*batch);
    co_return called;
}

// What did not fail among what did is asked for once more: only a call that ends well proves that it is
// there, and only such a call makes its root.
io::Task<Result<void>> Store::perform(std::shared_ptr<Batch> batch, io::StopToken stop) {
    bool again = true;
    for (int i = 0; again && i < 2; ++i) {
        CallOptions options = callFor(batch->openNames());
        options.keepGoing = !batch->alone();
        CIRQUE_CO_TRY_ASSIGN(const CallEnd ended, co_await callRealise(std::move(options), batch, stop));
        again = batch->settle(ended);
    }
    co_return Result<void>{};
}

void Store::end(const Batch& batch) {
    for (const Member& member : batch.members()) {
        const std::string key = keyOf(member->derivation);
        const std::vector<std::string> names = namesOf(member->derivation);
        members_.erase(key);
        for (const std::string& name : names) {
            busy_.erase(name);
        }
        if (!member->result) {
            alone_.insert(key);
        } else {
            if (*member->result) {
                present_.insert(names.begin(), names.end());
                std::vector<std::string> paths;
                for (const auto& [output, path] : (*member->result)->outputs) {
                    paths.push_back(path);
                }
                keepPaths(names, paths);
            }
            if (member != batch.members().front()) {
                ahead_.insert_or_assign(key, member);
            }
        }
    }
    ended_.notify();
}

} // namespace cirque::nix
