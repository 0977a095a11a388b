// SPDX-License-Identifier: Apache-2.0
// One host during one run: the connection that all its jobs share, and the run's folder there with the two
// programs. The connection is an `ssh` of ours whose session is the keeper (keeper.hh): it lives as long as
// our end of its input.
#pragma once

#include "base/result.hh"
#include "exec/ssh/keeper.hh"
#include "exec/ssh/options.hh"
#include "io/process/process.hh"
#include "io/process/write-queue.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cirque::exec {

struct SshWorld {
    std::string run;     // its id
    std::string sockets; // a folder of this machine, ours alone
    std::string agent;   // programs on this machine
    std::string leader;
    std::string system;                   // what they run on: "x86_64-linux"
    std::vector<std::string> environment; // of ssh, "K=V"
    bool keep = false;
};

class SshHost {
  public:
    // `nextNumber` gives a number that no other connection of the run has.
    SshHost(SshTarget target, SshWorld world, std::function<int()> nextNumber)
        : target_(std::move(target)), world_(std::move(world)), nextNumber_(std::move(nextNumber)) {}

    // Until there is a connection, and the programs are there: at once when that is so already, anew when it
    // broke. Failure: ssh's words, or why the host is of no use.
    io::Task<Result<void>> connect(io::StopToken stop);

    // After connect: another session of the connection, started as a process here.
    [[nodiscard]] io::SpawnOptions session(std::string_view command) const;

    // Runs a short command over there to its end. Failure: it failed; `what` says what it was to do.
    io::Task<Result<std::string>> run(std::string command, std::string input, std::string what,
                                      io::StopToken stop);

    [[nodiscard]] const SshTarget& target() const { return target_; }

    [[nodiscard]] const HostFacts& facts() const { return *facts_; } // after connect

    [[nodiscard]] const std::string& socket() const { return socket_; }

    [[nodiscard]] bool connected() const { return facts_.has_value() && !ended_; }

    // What ssh said when the connection broke; empty while it stands.
    [[nodiscard]] std::string whyEnded() const;

    // Ends the connection; the folder over there is removed. Failure: it could not be removed, or nobody
    // knows.
    io::Task<Result<void>> close();

    int openJobs = 0; // of SshHosts
    int troubles = 0;
    std::set<std::string> paths; // of the store, that are there
    bool bringing = false;       // more of them are on their way
    int sent = 0;                // without Nix, of all its connections
    io::Signal brought;
    std::string untold; // why it was left out, which no job's log has said yet

  private:
    io::Task<Result<void>> establish(io::StopToken stop);
    Result<void> start();
    io::Task<Result<void>> awaitFacts(io::StopToken stop);
    io::Task<Result<void>> install(std::string name, std::string from, io::StopToken stop);
    io::Task<> write();
    io::Task<> beat();
    io::Task<> read(io::UniqueFd from);
    io::Task<> listen(io::UniqueFd from);
    io::Task<std::optional<io::ExitStatus>> end();

    SshTarget target_;
    SshWorld world_;
    std::function<int()> nextNumber_;
    std::string socket_;
    io::UniqueFd socketFolder_; // when its path is too long
    std::optional<io::Process> process_;
    std::optional<io::WriteQueue> in_;
    std::optional<io::TaskGroup> group_;
    io::UniqueFd outFd_;
    io::UniqueFd errFd_;
    io::StopSource readers_;
    std::string out_;
    std::string err_;
    std::optional<HostFacts> facts_;
    bool ended_ = false;
    bool connecting_ = false;
    io::Signal changed_;
};

} // namespace cirque::exec
