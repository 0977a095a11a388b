// SPDX-License-Identifier: Apache-2.0
#include "nix/log/failures.hh"

#include "base/text.hh"
#include "nix/log/names.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cirque::nix {
namespace {

constexpr std::size_t keptErrors = 64u << 10u;
constexpr std::size_t mostCauses = 1000;

// The first derivation that a message names in quotes; empty: none.
std::string_view quotedDerivation(std::string_view text) {
    constexpr std::string_view end = ".drv'";
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::size_t open = text.rfind('\'', at);
    return open == std::string_view::npos ? std::string_view()
                                          : text.substr(open + 1, at + end.size() - open - 2);
}

// Nix 2.34: "1 dependency failed"; 2.8: "1 dependencies of derivation 'X' failed to build".
bool isOnlyADependant(std::string_view text) {
    return text.contains("dependency failed") || text.contains("dependencies failed") ||
           (text.contains("dependencies of derivation '") && text.contains("failed to build"));
}

// Nix lays some errors out on several lines (hashes one above the other).
std::string onOneLine(std::string_view text) {
    std::string out;
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view words = trim(line);
        out += out.empty() || words.empty() ? "" : " ";
        out += words;
    }
    return out;
}

// Nix 2.34 gives the reason on a line of its own; 2.8 says "builder for 'X' failed with ...".
std::string reasonOf(std::string_view text, std::string_view drv) {
    constexpr std::string_view label = "Reason: ";
    if (const std::size_t at = text.find(label); at != std::string_view::npos) {
        std::string_view reason = text.substr(at + label.size());
        reason = trim(reason.substr(0, reason.find('\n')));
        reason.remove_suffix(reason.ends_with('.') ? 1 : 0);
        return std::string(reason);
    }
    const std::string begin = fmt::format("builder for '{}' ", drv);
    if (text.starts_with(begin)) {
        const std::string_view rest = text.substr(begin.size());
        return fmt::format("builder {}", trim(rest.substr(0, rest.find(";\n"))));
    }
    return onOneLine(text);
}

std::string describeOne(const Failure& failure) {
    std::string out =
        fmt::format("{} did not build: {}", nameOfPath(failure.drv), ellipsize(failure.reason, 1000));
    if (!failure.lines.empty()) {
        out += fmt::format("; its last words: \"{}\"", fmt::join(failure.lines, "\", \""));
    }
    return out;
}

} // namespace

Failures::Tail* Failures::tailOf(std::string_view drv) {
    // the newest build is the one that talks
    const auto found =
        std::find_if(tails_.rbegin(), tails_.rend(), [&](const Tail& tail) { return tail.drv == drv; });
    return found == tails_.rend() ? nullptr : &*found;
}

void Failures::take(const LogEvent& event) {
    if (const auto* started = std::get_if<BuildStarted>(&event)) {
        std::erase_if(tails_, [&](const Tail& tail) { return tail.drv == started->drv; });
        tails_.push_back({std::string(started->drv), {}});
        if (tails_.size() > keptBuilds) {
            tails_.pop_front();
        }
    } else if (const auto* line = std::get_if<BuildLine>(&event)) {
        if (Tail* tail = tailOf(line->drv)) {
            if (trim(line->text).empty()) {
                return;
            }
            tail->lines.push_back(ellipsize(withoutColours(line->text), longestLine));
            if (tail->lines.size() > keptLines) {
                tail->lines.pop_front();
            }
        }
    } else if (const auto* message = std::get_if<Message>(&event)) {
        if (message->level == 0) {
            error(withoutColours(message->text));
        }
    } else if (const auto* plain = std::get_if<PlainLine>(&event)) {
        // an old Nix, or one that fails before it has read its options
        if (const std::string text = withoutColours(plain->text); text.starts_with("error:")) {
            error(text);
        }
    }
}

void Failures::error(std::string_view text) {
    constexpr std::string_view label = "error:";
    errors_ += text;
    errors_ += '\n';
    if (errors_.size() > keptErrors) {
        errors_.erase(0, errors_.size() - keptErrors);
    }
    text = trim(text.starts_with(label) ? text.substr(label.size()) : text);
    const std::string_view drv = quotedDerivation(text);
    if (drv.empty() || text.starts_with("build of ") || failed_.size() >= mostCauses) {
        return;
    }
    failed_.emplace(drv);
    if (isOnlyADependant(text) || std::ranges::find(causes_, drv, &Failure::drv) != causes_.end()) {
        return;
    }
    Failure failure{std::string(drv), reasonOf(text, drv), {}};
    if (const Tail* tail = tailOf(drv)) {
        failure.lines.assign(tail->lines.begin(), tail->lines.end());
    }
    causes_.push_back(std::move(failure));
}

std::string Failures::describe(std::string_view wanted) const {
    constexpr std::size_t mostShown = 3;
    if (causes_.empty()) {
        return {};
    }
    if (const auto own = std::ranges::find(causes_, wanted, &Failure::drv); own != causes_.end()) {
        return describeOne(*own);
    }
    std::string out;
    if (!wanted.empty()) {
        out = fmt::format("{} needs what did not build: ", nameOfPath(wanted));
    }
    for (std::size_t i = 0; i < std::min(causes_.size(), mostShown); ++i) {
        out += (i == 0 ? "" : "; ") + describeOne(causes_[i]);
    }
    if (causes_.size() > mostShown) {
        out += fmt::format("; {} more did not build", causes_.size() - mostShown);
    }
    return out;
}

} // namespace cirque::nix
