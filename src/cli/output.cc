// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace cirque::cli {

Result<void> print(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == EPIPE) {
                return {};
            }
            return fail(systemError(errno, "write to", "standard output"));
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

void printError(const Error& error) {
    fmt::print(stderr, "cirque: error: {}\n", error.text());
    if (!error.hint.empty()) {
        fmt::print(stderr, "  hint: {}\n", error.hint);
    }
}

void printNote(std::string_view text) {
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty()) {
            fmt::print(stderr, "{}\n", keepOnlyColours(line));
        }
    }
}

int exitStatus(ErrorCode code) {
    switch (code) {
    case ErrorCode::Usage:
    case ErrorCode::InvalidPlan:
    case ErrorCode::Evaluation:
    case ErrorCode::Unsupported:
    case ErrorCode::NotFound: return 2;
    case ErrorCode::Provider:
    case ErrorCode::Build: return 1;
    case ErrorCode::MissingTool:
    case ErrorCode::Io:
    case ErrorCode::DiskFull:
    case ErrorCode::Permission:
    case ErrorCode::Process:
    case ErrorCode::Unreachable:
    case ErrorCode::Corrupt: return 3;
    }
    return 3;
}

} // namespace cirque::cli
