// SPDX-License-Identifier: Apache-2.0
// A booted machine: systemd-nspawn as a process of its own, from its start until its units are up, and its
// end.
#pragma once

#include "base/result.hh"
#include "base/time.hh"
#include "exec/api/executor.hh"
#include "exec/nspawn/command.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"

#include <memory>
#include <optional>
#include <string>

namespace cirque::exec {

class BootedMachine {
  public:
    // Starts it. Failure: as Process::spawn.
    static io::Task<Result<std::unique_ptr<BootedMachine>>> start(NspawnSpec spec);
    ~BootedMachine(); // end must have been awaited

    // Until its systemd says that it is up, at most `patience`. Failure: what went wrong; what it printed
    // goes to `log` then. Units that failed are no failure: `log` says so.
    io::Task<Result<void>> awaitUp(Millis patience, std::shared_ptr<OutputSink> log, io::StopToken stop);

    // Once, after awaitUp: its systemd starts the agent, whose streams are the FIFOs of the spec. Failure:
    // what it says.
    io::Task<Result<void>> startAgent(io::StopToken stop);

    // How systemd-nspawn ended, when it did; else empty.
    [[nodiscard]] std::string howItEnded() const;

    // Ends it, and all that runs in it: with a shutdown that has some seconds when `orderly`. Exactly once.
    io::Task<> end(bool orderly);

  private:
    BootedMachine(io::Process process, NspawnSpec spec)
        : process_(std::move(process)), spec_(std::move(spec)) {}

    io::Task<> listen(io::UniqueFd from);
    io::Task<> watch();
    io::Task<bool> endedWithin(Millis patience);
    io::Task<std::string> state(io::StopToken stop);
    [[nodiscard]] std::string problem(const std::string& state) const;

    io::Process process_;
    NspawnSpec spec_;
    std::string console_; // the end of what it printed
    pid_t nspawn_ = -1;   // 0: not found yet
    pid_t leader_ = -1;
    std::optional<io::ExitStatus> ended_;
    io::Signal changed_;
    io::StopSource listening_;
    io::TaskGroup group_;
};

} // namespace cirque::exec
