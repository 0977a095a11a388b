// SPDX-License-Identifier: Apache-2.0
// The coordinator's end of a connection to a cirque-agent: a child process (podman, ssh, bwrap, ...) whose
// standard input and output are the agent's.
#pragma once

#include "agent/protocol/frame.hh"
#include "agent/protocol/messages.hh"
#include "base/result.hh"
#include "exec/api/executor.hh"
#include "io/process/process.hh"
#include "io/process/write-queue.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::exec {

// Beyond these nobody waits for an agent.
struct AgentTimes {
    Millis ping{15000};
    Millis silence{60000}; // while it is pinged
    Millis grace{10000};   // of a tree that is to stop
    Millis answer{10000};  // what it takes itself; its own patience is 5 s
};

struct CallBounds {
    std::optional<Millis> graceful{}; // after a Graceful stop; none: the grace and some seconds
    std::optional<Millis> most{};
};

class AgentConnection {
  public:
    // Starts the process. Failure: as Process::spawn.
    static Result<std::shared_ptr<AgentConnection>> start(io::SpawnOptions options, AgentTimes times = {});
    ~AgentConnection(); // close() must have been awaited

    // Await once, before all calls: until the agent has said who it is, at most `patience`. Failure: it is no
    // agent of this version, the process ended (its words are in the text), or the stop.
    io::Task<Result<agent::Hello>> greet(Millis patience, io::StopToken stop);

    // One call (a payload of agent/protocol/messages.hh) to its Done, whose payload comes back. Output goes
    // to `sink` (may be null). Each rise of `stop` is sent on; the call still ends with Done. Failure
    // (Unreachable): the connection broke, the agent fell silent, or no answer came in time after a stop or
    // `bounds.most`.
    io::Task<Result<std::string>> call(std::string payload, std::shared_ptr<OutputSink> sink,
                                       io::StopToken stop, CallBounds bounds = {});

    // A call whose Input is the tree stream of `folder`, which nobody changes meanwhile. No more of it is
    // kept here than the place takes. An answer that comes before its end is the answer.
    // `entry`: not empty: only that one of the folder's entries.
    io::Task<Result<std::string>> callWithTree(std::string payload, std::string folder, std::string entry,
                                               io::StopToken stop);

    // What the agent said of itself; none before greet has succeeded.
    [[nodiscard]] const std::optional<agent::Hello>& hello() const { return hello_; }

    // How the text of a loss begins; what the process wrote to its standard error may follow.
    static constexpr std::string_view endedText = "the connection to the place ended: ";

    // No answer will come any more.
    [[nodiscard]] bool lost() const { return lost_.has_value(); }

    // The end of what the process wrote to its standard error, trimmed.
    [[nodiscard]] std::string said() const;

    // Closes the agent's input, which ends it, and waits for the process; kills it after `patience`. Exactly
    // once.
    io::Task<io::ExitStatus> close(Millis patience);

  private:
    struct Call {
        std::shared_ptr<OutputSink> sink;
        std::optional<Error> sinkFailure; // the agent is told to stop; the failure is the call's
        std::optional<std::string> done;
        bool isStep = false;
        bool stopping = false;
        bool over = false; // its answer was given back
        std::int64_t inputTaken = 0;
        std::shared_ptr<io::Signal> changed = std::make_shared<io::Signal>();
    };

    AgentConnection(io::Process process, io::UniqueFd in, io::UniqueFd out, io::UniqueFd err,
                    AgentTimes times);
    io::Task<> write();
    io::Task<> read(io::UniqueFd from);
    io::Task<> listen(io::UniqueFd from);
    std::uint32_t begin(std::string payload, std::shared_ptr<OutputSink> sink);
    io::Task<Result<std::string>> finish(std::uint32_t number, io::StopToken stop, CallBounds bounds);
    io::Task<> ping();
    bool quiet();
    io::Task<Result<void>> sendTree(std::uint32_t number, std::string folder, std::string entry,
                                    io::StopToken stop);
    void take(std::string_view bytes);
    void deliver(const agent::Frame& frame);
    void deliverOutput(Call& call, const agent::Frame& frame);
    void lose(std::string why);
    void sendStop(std::uint32_t call, io::StopLevel level, io::StopReason reason);
    [[nodiscard]] bool congested() const;
    io::Task<> loseAfter(Millis patience, io::StopToken answered, std::string why);

    AgentTimes times_;
    io::Process process_;
    io::WriteQueue out_;
    io::UniqueFd in_;
    io::UniqueFd err_;
    agent::FrameReader frames_{agent::preamble};
    std::map<std::uint32_t, Call> calls_; // that are not over, and steps whose daemons may still print
    std::uint32_t lastCall_ = 0;
    bool heard_ = false; // since the last ping
    std::uint64_t takenBefore_ = 0;
    std::optional<agent::Hello> hello_;
    std::optional<Error> lost_;
    std::string errText_;
    io::Signal changed_; // hello or loss
    io::StopSource readers_;
    io::StopSource writer_;
    io::TaskGroup group_;
};

} // namespace cirque::exec
