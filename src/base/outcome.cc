// SPDX-License-Identifier: Apache-2.0
#include "base/outcome.hh"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>

namespace cirque {
namespace {

constexpr std::array<std::pair<OutcomeKind, std::string_view>, 7> kinds{{
    {OutcomeKind::Succeeded, "succeeded"},
    {OutcomeKind::Cached, "cached"},
    {OutcomeKind::Failed, "failed"},
    {OutcomeKind::Cancelled, "cancelled"},
    {OutcomeKind::Interrupted, "interrupted"},
    {OutcomeKind::Skipped, "skipped"},
    {OutcomeKind::Infrastructure, "infrastructure"},
}};

constexpr std::array<std::pair<SkipReason, std::string_view>, 6> reasons{{
    {SkipReason::None, ""},
    {SkipReason::OwnCondition, "own-condition"},
    {SkipReason::NeedFailed, "need-failed"},
    {SkipReason::NeedSkipped, "need-skipped"},
    {SkipReason::NotSelected, "not-selected"},
    {SkipReason::Cancelled, "cancelled"},
}};

template <class Table, class Key>
std::string_view nameOf(const Table& table, Key key) {
    for (const auto& [value, name] : table) {
        if (value == key) {
            return name;
        }
    }
    return {};
}

template <class Key, class Table>
std::optional<Key> valueOf(const Table& table, std::string_view text) {
    for (const auto& [value, name] : table) {
        if (name == text) {
            return value;
        }
    }
    return std::nullopt;
}

std::string_view inWords(SkipReason reason) {
    switch (reason) {
    case SkipReason::None:
        return "skipped";
    case SkipReason::OwnCondition:
        return "skipped: its condition was false";
    case SkipReason::NeedFailed:
        return "skipped: a need failed";
    case SkipReason::NeedSkipped:
        return "skipped: a need was skipped";
    case SkipReason::NotSelected:
        return "skipped: not selected";
    case SkipReason::Cancelled:
        return "skipped: the run was cancelled";
    }
    return "skipped";
}

std::string describeFailure(const Outcome& outcome) {
    if (outcome.timeout) {
        return outcome.message.empty() ? "timed out" : outcome.message;
    }
    if (outcome.oom) {
        return "killed: out of memory";
    }
    if (outcome.signal) {
        const char* name = sigabbrev_np(*outcome.signal);
        std::string text = name != nullptr ? fmt::format("killed by SIG{}", name)
                                           : fmt::format("killed by signal {}", *outcome.signal);
        return *outcome.signal == 9 ? text + " (perhaps out of memory)" : text;
    }
    if (outcome.exit) {
        return outcome.message.empty() ? fmt::format("exit {}", *outcome.exit)
                                       : fmt::format("exit {}: {}", *outcome.exit, outcome.message);
    }
    return outcome.message.empty() ? "failed" : outcome.message;
}

} // namespace

Outcome Outcome::cached() {
    Outcome out;
    out.kind = OutcomeKind::Cached;
    return out;
}

Outcome Outcome::failedExit(int status) {
    Outcome out;
    out.kind = OutcomeKind::Failed;
    out.exit = status;
    return out;
}

Outcome Outcome::failedSignal(int signal, bool oom) {
    Outcome out;
    out.kind = OutcomeKind::Failed;
    out.signal = signal;
    out.oom = oom;
    return out;
}

Outcome Outcome::failedTimeout(std::string message) {
    Outcome out;
    out.kind = OutcomeKind::Failed;
    out.timeout = true;
    out.message = std::move(message);
    return out;
}

Outcome Outcome::failedWith(std::string message) {
    Outcome out;
    out.kind = OutcomeKind::Failed;
    out.message = std::move(message);
    return out;
}

Outcome Outcome::cancelled() {
    Outcome out;
    out.kind = OutcomeKind::Cancelled;
    return out;
}

Outcome Outcome::interrupted() {
    Outcome out;
    out.kind = OutcomeKind::Interrupted;
    return out;
}

Outcome Outcome::skipped(SkipReason reason, std::string message) {
    Outcome out;
    out.kind = OutcomeKind::Skipped;
    out.skip = reason;
    out.message = std::move(message);
    return out;
}

Outcome Outcome::infrastructure(std::string message, std::string hint) {
    Outcome out;
    out.kind = OutcomeKind::Infrastructure;
    out.message = std::move(message);
    out.hint = std::move(hint);
    return out;
}

std::string_view toString(OutcomeKind kind) {
    return nameOf(kinds, kind);
}

std::optional<OutcomeKind> parseOutcomeKind(std::string_view text) {
    return valueOf<OutcomeKind>(kinds, text);
}

std::string_view toString(SkipReason reason) {
    return nameOf(reasons, reason);
}

std::optional<SkipReason> parseSkipReason(std::string_view text) {
    return valueOf<SkipReason>(reasons, text);
}

std::string describe(const Outcome& outcome) {
    switch (outcome.kind) {
    case OutcomeKind::Succeeded:
        return "succeeded";
    case OutcomeKind::Cached:
        return "cached";
    case OutcomeKind::Failed:
        return describeFailure(outcome);
    case OutcomeKind::Cancelled:
        return "cancelled";
    case OutcomeKind::Interrupted:
        return "interrupted";
    case OutcomeKind::Skipped:
        return outcome.message.empty() ? std::string(inWords(outcome.skip)) : "skipped: " + outcome.message;
    case OutcomeKind::Infrastructure:
        return outcome.message.empty() ? "infrastructure failure" : "infrastructure: " + outcome.message;
    }
    return {};
}

} // namespace cirque
