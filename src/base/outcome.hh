// SPDX-License-Identifier: Apache-2.0
// How a step, a job or a run ended. "Your code failed" (Failed) and "our system failed" (Infrastructure)
// stay apart everywhere. The verdict of a run is computed in engine/verdict.hh.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cirque {

enum class OutcomeKind { Succeeded, Cached, Failed, Cancelled, Interrupted, Skipped, Infrastructure };

// Why something did not run. Only OwnCondition counts as good (and NeedSkipped when the need's own skip
// does).
enum class SkipReason {
    None,
    OwnCondition, // its own condition was false
    NeedFailed,   // a need failed, so success() is false
    NeedSkipped,  // a direct need was skipped
    NotSelected,  // left out by --only or a job name on the command line
    Cancelled,    // the run was cancelled or failed fast before it could start
};

struct Outcome {
    OutcomeKind kind = OutcomeKind::Succeeded;
    std::optional<int> exit;   // Failed: the exit status of the main process
    std::optional<int> signal; // Failed: the signal that ended the main process
    bool oom = false;          // Failed: the kernel ended it for memory
    bool timeout = false;      // Failed: a timeout or deadline ended it
    SkipReason skip = SkipReason::None;
    std::string message; // Failed, Infrastructure, Skipped: one sentence for a person; may be empty
    std::string hint;    // what to do; may be empty

    static Outcome succeeded() { return {}; }

    static Outcome cached();
    static Outcome failedExit(int status);
    static Outcome failedSignal(int signal, bool oom = false);
    static Outcome failedTimeout(std::string message);
    static Outcome failedWith(std::string message);
    static Outcome cancelled();
    static Outcome interrupted();
    static Outcome skipped(SkipReason reason, std::string message = {});
    static Outcome infrastructure(std::string message, std::string hint = {});

    [[nodiscard]] bool ok() const { return kind == OutcomeKind::Succeeded || kind == OutcomeKind::Cached; }

    [[nodiscard]] bool failed() const {
        return kind == OutcomeKind::Failed || kind == OutcomeKind::Infrastructure;
    }

    bool operator==(const Outcome&) const = default;
};

// "succeeded", "cached", "failed", "cancelled", "interrupted", "skipped", "infrastructure": the words in
// JSON.
std::string_view toString(OutcomeKind kind);
std::optional<OutcomeKind> parseOutcomeKind(std::string_view text);
// "own-condition", "need-failed", "need-skipped", "not-selected", "cancelled", "" for None.
std::string_view toString(SkipReason reason);
std::optional<SkipReason> parseSkipReason(std::string_view text);

// In words for a person: "exit 7", "killed by SIGSEGV", "timed out after 5s", "skipped: a need failed".
std::string describe(const Outcome& outcome);

} // namespace cirque
