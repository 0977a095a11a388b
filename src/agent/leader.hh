// SPDX-License-Identifier: Apache-2.0
// One running cirque-leader as its parent sees it (agent/leader/protocol.hh is what both sides speak).
#pragma once

#include "agent/leader/protocol.hh"
#include "agent/orphans.hh"
#include "base/result.hh"
#include "base/time.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cirque::agent {

struct LeaderStart {
    std::string leader;            // the leader program
    std::vector<std::string> argv; // what it runs; argv[0] is a path
    std::vector<std::string> env;  // "NAME=value"
    std::string folder;            // where
    int out = -1;                  // standard output; -1: /dev/null
    int err = -1;
    Millis grace{10000}; // between TERM and KILL
};

// How the main process of a leader ended.
struct MainEnd {
    enum class Kind { Exited, Signaled, ExecFailed, Lost };
    Kind kind = Kind::Lost;
    int value = 0; // the exit status, the signal or the errno of exec
    bool oom = false;
};

class Leader : public std::enable_shared_from_this<Leader> {
  public:
    // Failure: MissingTool when the leader program is not there, else Process.
    static Result<std::shared_ptr<Leader>> start(const LeaderStart& command,
                                                 std::shared_ptr<LeaderSet> leaders);

    Leader(io::Process process, std::shared_ptr<LeaderSet> leaders, io::UniqueFd lifeline,
           io::UniqueFd status);
    Leader(const Leader&) = delete;
    Leader& operator=(const Leader&) = delete;
    ~Leader();

    // Follows the leader to its end and reaps it. When it died without having ended its tree, that tree is
    // killed here. Run it as a task of its own.
    io::Task<> watch();

    void stop(io::StopLevel level); // Graceful: TERM to the tree, grace, KILL. Immediate: KILL
    void endJob();                  // the job is over: what the step left behind ends

    // The leader itself does not answer: end it, and watch() ends its tree.
    void abandon();

    // Until mainEnd(), or over(), holds or `limit` has passed. True: it holds. One waiter at a time.
    io::Task<bool> waitMainEnd(Millis limit);
    io::Task<bool> waitOver(Millis limit);

    [[nodiscard]] const std::optional<MainEnd>& mainEnd() const { return mainEnd_; }

    [[nodiscard]] bool over() const { return over_; } // no process of the step lives, the leader is reaped

    io::Signal changed; // mainEnd or over

  private:
    void take(std::string_view bytes);
    void send(LeaderCommand command);
    io::Task<bool> waitFor(std::function<bool()> holds, Millis limit);

    io::Process process_;
    std::shared_ptr<LeaderSet> leaders_;
    io::UniqueFd lifeline_;
    io::UniqueFd status_;
    std::string buffer_;
    std::optional<MainEnd> mainEnd_;
    bool treeGone_ = false;
    bool over_ = false;
};

} // namespace cirque::agent
