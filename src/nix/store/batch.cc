// SPDX-License-Identifier: Apache-2.0
#include "nix/store/batch.hh"

#include "nix/log/names.hh"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace cirque::nix {
namespace {

std::string_view subjectOf(const LogEvent& event) {
    if (const auto* started = std::get_if<BuildStarted>(&event)) {
        return started->drv;
    }
    if (const auto* ended = std::get_if<BuildEnded>(&event)) {
        return ended->drv;
    }
    if (const auto* line = std::get_if<BuildLine>(&event)) {
        return line->drv;
    }
    const auto* phase = std::get_if<PhaseStarted>(&event);
    return phase == nullptr ? std::string_view() : phase->drv;
}

bool wantsAll(const Derivation& derivation) {
    return derivation.outputs.empty() ||
           std::ranges::find(derivation.outputs, "*") != derivation.outputs.end();
}

// By its name alone: two derivations of one name count as fetched both, which only costs them the word
// "cached".
bool isOutputOf(const Derivation& derivation, std::string_view path) {
    const std::string_view name = nameOfPath(path);
    const std::string_view own = nameOfPath(derivation.drv);
    return name == own || (name.starts_with(own) && name.substr(own.size()).starts_with('-'));
}

} // namespace

std::vector<std::string> namesOf(const Derivation& derivation) {
    if (wantsAll(derivation)) {
        return {derivation.drv};
    }
    std::set<std::string> names;
    for (const std::string& output : derivation.outputs) {
        names.insert(fmt::format("{}!{}", derivation.drv, output));
    }
    return {names.begin(), names.end()};
}

Batch::Batch(std::vector<Derivation> derivations, MonoTime now) {
    const bool alone = derivations.size() == 1;
    for (Derivation& derivation : derivations) {
        members_.push_back(std::make_shared<BatchMember>(std::move(derivation), now, alone));
    }
}

std::vector<std::string> Batch::openNames() const {
    std::vector<std::string> out;
    for (const auto& member : members_) {
        if (!member->result && !member->left) {
            const std::vector<std::string> names = namesOf(member->derivation);
            out.insert(out.end(), names.begin(), names.end());
        }
    }
    return out;
}

// What several need, and what names no derivation, stands in the log of the one whose turn it seems to be.
BatchMember& Batch::memberOf(const LogEvent& event) {
    const std::string_view subject = subjectOf(event);
    const auto* message = std::get_if<Message>(&event);
    const auto named = std::ranges::find_if(members_, [&](const auto& member) {
        const std::string& drv = member->derivation.drv;
        return (!subject.empty() && drv == subject) || (message != nullptr && message->text.contains(drv));
    });
    if (named != members_.end()) {
        return **named;
    }
    const auto open = std::ranges::find_if(members_, [](const auto& member) { return !member->ended; });
    return open == members_.end() ? *members_.front() : **open;
}

void Batch::event(const LogEvent& event, const Counts& counts) {
    BatchMember& member = memberOf(event);
    member.watcher.event(event, counts);
    const std::string_view subject = subjectOf(event);
    if (subject == member.derivation.drv) {
        member.worked = true;
        member.ended = member.ended || std::holds_alternative<BuildEnded>(event);
    } else if (std::holds_alternative<BuildStarted>(event)) {
        // what a member needs, or a member itself: Nix builds one whose inputs are addressed by their
        // contents under another name
        unclear_ = true;
    }
    if (const auto* fetch = std::get_if<FetchStarted>(&event)) {
        for (const auto& other : members_) {
            other->worked = other->worked || isOutputOf(other->derivation, fetch->path);
        }
    }
}

void Batch::pause(const Counts& counts) {
    last_ = counts;
    for (const auto& member : members_) {
        member->watcher.flush();
        member->watcher.measure(counts, monoNow());
    }
}

bool Batch::settle(const CallEnd& end) {
    unclear_ = unclear_ || !end.told;
    if (alone()) {
        members_.front()->watcher.lastMeasure(last_);
    }
    const Result<void> verdict = end.verdict(members_.front()->derivation.drv);
    if (verdict) {
        settleGood(end);
        return false;
    }
    if (!alone() && verdict.error().code == ErrorCode::Build) {
        return settleFailed(end);
    }
    if (!end.stopped) { // a stop is the asker's own end, not that of those who wait; they build anew
        members_.front()->result = Result<BuiltPaths>(fail(verdict.error()));
    }
    return false;
}

bool Batch::settleFailed(const CallEnd& end) {
    const std::vector<Failure>& causes = end.failures.causes();
    bool mayBeGood = false;
    for (const auto& member : members_) {
        const std::string& drv = member->derivation.drv;
        if (std::ranges::find(causes, drv, &Failure::drv) != causes.end()) {
            member->result = Result<BuiltPaths>(fail(end.verdict(drv).error()));
        } else if (end.failures.failed().contains(drv)) {
            member->left = true;
        } else {
            mayBeGood = true;
        }
    }
    return mayBeGood;
}

// nix-store prints the paths in the order of its arguments, one for each output that was named.
void Batch::settleGood(const CallEnd& end) {
    std::size_t at = 0;
    for (const auto& member : members_) {
        if (member->result || member->left) {
            continue;
        }
        const bool all = wantsAll(member->derivation);
        const std::size_t count = all ? end.paths.size() : namesOf(member->derivation).size();
        BuiltPaths built;
        built.cached = !(alone() ? end.worked : member->worked || unclear_);
        for (; built.outputs.size() < count && at < end.paths.size(); ++at) {
            built.outputs.emplace_back(outputOfPath(member->derivation.drv, end.paths[at]), end.paths[at]);
        }
        if (built.cached) {
            member->watcher.say(fmt::format("{} was there already\n", nameOfPath(member->derivation.drv)));
            member->watcher.flush();
        }
        member->result = std::move(built);
    }
}

} // namespace cirque::nix
