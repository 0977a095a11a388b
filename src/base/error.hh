// SPDX-License-Identifier: Apache-2.0
// What went wrong, as a value that a person can read and a program can sort.
// Not for failing jobs (those are an Outcome) and not for bugs (those are CIRQUE_ASSERT).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque {

// The closed set of causes. Each maps to one exit status in the CLI (see cli/exit-status.hh).
enum class ErrorCode {
    Usage,       // the command line is wrong
    InvalidPlan, // a workflow or plan document is wrong
    Evaluation,  // Nix refused to evaluate
    Unsupported, // valid, but this version cannot run it
    NotFound,    // a run, job, step, file or artifact that was named does not exist
    Provider,    // an environment provider failed
    Build,       // a build that a job needs failed
    MissingTool, // bash, git or nix is absent
    Io,          // the system refused a read or write
    DiskFull,    // ENOSPC or EDQUOT
    Permission,  // EACCES, EPERM or EROFS
    Process,     // a helper process could not be started or died
    Unreachable, // a network place did not answer
    Corrupt,     // a file of Cirque's own does not parse
};

std::string_view toString(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::Io;
    std::string message;              // what failed, on which object, the system's reason
    std::string hint;                 // what to do next; may be empty
    std::vector<std::string> context; // what was being done, innermost first

    // Adds one phrase of what the caller was doing ("while reading the plan").
    [[nodiscard]] Error within(std::string phrase) &&;

    // The whole story in one line: outermost phrase first, then the message. No hint.
    [[nodiscard]] std::string text() const;
};

// An Error from errno: picks DiskFull, Permission, NotFound or Io, and words the message
// "cannot <action> <object>: <reason>", with a hint where one is known.
Error systemError(int errnoValue, std::string_view action, std::string_view object);

} // namespace cirque
