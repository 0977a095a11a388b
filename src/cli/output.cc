// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "cli/command.hh"
#include "cli/plain-lines.hh"
#include "io/process/signals.hh"

#include <fmt/format.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace cirque::cli {

namespace {

constexpr std::size_t pieceBytes = 4096; // PIPE_BUF: what a pipe that says it has room takes without waiting

// Until standard output takes more. False: it does not, and someone wants this program to end.
bool waitForRoom() {
    static bool stuck = false; // once given up, no later line waits again
    constexpr int slice = 100; // milliseconds
    constexpr int patience = 10;
    pollfd out{STDOUT_FILENO, POLLOUT, 0};
    for (int refused = 0; poll(&out, 1, stuck ? 0 : slice) <= 0;) {
        refused += io::terminationRequested() ? 1 : 0;
        if (stuck || refused >= patience) {
            stuck = true;
            return false;
        }
    }
    stuck = false;
    return true;
}

} // namespace

Result<void> print(std::string_view text) {
    while (!text.empty()) {
        if (!waitForRoom()) {
            return {}; // a terminal that was stopped must not keep the run from being cancelled
        }
        const ssize_t written = write(STDOUT_FILENO, text.data(), std::min(text.size(), pieceBytes));
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == EPIPE) {
                return {};
            }
            Error error = systemError(errno, "write to", "standard output");
            error.hint = "check where the output goes";
            return fail(std::move(error));
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

void printError(const Error& error) {
    fmt::print(stderr, "cirque: error: {}\n", plainLines(error.text()));
    if (!error.hint.empty()) {
        fmt::print(stderr, "  hint: {}\n", plainLines(error.hint));
    }
}

void printNote(std::string_view text) {
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty()) {
            fmt::print(stderr, "{}\n", plainLines(line));
        }
    }
}

int exitStatus(ErrorCode code) {
    switch (code) {
    case ErrorCode::Usage:
    case ErrorCode::InvalidPlan:
    case ErrorCode::Evaluation:
    case ErrorCode::Unsupported:
    case ErrorCode::NotFound:
        return 2;
    case ErrorCode::Provider:
    case ErrorCode::Build:
        return 1;
    case ErrorCode::MissingTool:
    case ErrorCode::Io:
    case ErrorCode::DiskFull:
    case ErrorCode::Permission:
    case ErrorCode::Process:
    case ErrorCode::Unreachable:
    case ErrorCode::Corrupt:
        return 3;
    }
    return 3;
}

} // namespace cirque::cli
