// SPDX-License-Identifier: Apache-2.0
// A child process: clone plus pidfd, its own process group, signal mask and dispositions reset.
// Not for steps (those run under the leader, see agent/): for helpers such as git, nix and the leader itself.
#pragma once

#include "base/result.hh"
#include "base/time.hh"
#include "io/process/fd.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::io {

struct SpawnOptions {
    std::vector<std::string> argv; // argv[0] is looked up on PATH of this process unless it has a '/'
    std::optional<std::vector<std::string>> env; // "K=V"; nullopt: this process's environment
    std::string cwd;                             // empty: this process's
    int in = -1;                                 // -1: /dev/null
    int out = -1;                                // -1: /dev/null
    int err = -1;                                // -1: /dev/null
    // false, for a program that sees to it itself (64 system calls less): it starts with every signal
    // blocked, and with those ignored that this process ignores.
    bool resetSignals = true;
    // The signal it gets when the thread that started it ends, 0 for none. That thread is the loop's, which
    // lives as long as this process; on another one's the child would end too early.
    int parentDeath = 0;
    std::vector<std::pair<int, int>> keep; // {descriptor here, its number in the child}, number >= 3
};

struct ExitStatus {
    int exit = 0; // exit status when signal == 0
    int signal = 0;

    [[nodiscard]] bool ok() const { return exit == 0 && signal == 0; }
};

class Process {
  public:
    // Starts the child. Failure: MissingTool when argv[0] is nowhere, else Process.
    static Result<Process> spawn(const SpawnOptions& options);

    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    // Kills the group and reaps if still running: blocks until the kernel has it.
    ~Process();

    [[nodiscard]] pid_t pid() const { return pid_; }

    // To the whole process group. Ignored when it has ended.
    void signalGroup(int signal) const;

    // Until the child ends. Reaps. Cancel: raise `stop` elsewhere and signal; wait itself always ends with
    // the child.
    Task<ExitStatus> wait();

  private:
    Process() = default;
    void end() noexcept;
    pid_t pid_ = -1;
    UniqueFd pidfd_;
    std::optional<ExitStatus> status_;
};

// Reads until end of file or stop, calling `sink` for each piece (at most 256 KiB). The descriptor is made
// non-blocking. While `hold` says so nothing is read; it is asked before each piece, and again every 5 ms.
// Ends with an error only when read(2) fails.
Task<Result<void>> readAll(UniqueFd fd, std::function<void(std::string_view)> sink, StopToken stop = {},
                           std::function<bool()> hold = {});

struct Captured {
    ExitStatus status;
    std::string out;
    std::string err;
};

// Runs a helper to its end and returns what it printed. Stop: TERM to its group, KILL 2 s later. More than
// `limit` bytes on one stream: the child is killed and the error says so.
Task<Result<Captured>> capture(SpawnOptions options, std::string input = {}, StopToken stop = {},
                               std::size_t limit = 256u << 20u);

} // namespace cirque::io
