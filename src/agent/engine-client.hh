// SPDX-License-Identifier: Apache-2.0
// Calls of podman or docker, with its own words in every failure.
#pragma once

#include "agent/engine.hh"
#include "agent/step.hh"
#include "io/process/process.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::agent {

class EngineClient {
  public:
    // As findEngine.
    static Result<EngineClient> find(const std::string& path, std::vector<std::string> environment);

    // The same, all of whose calls are stopped by `stop` too.
    [[nodiscard]] EngineClient under(io::StopToken stop) const;

    [[nodiscard]] const Engine& tool() const { return tool_; }

    [[nodiscard]] const std::vector<std::string>& environment() const { return environment_; }

    // The tool with these arguments, to its end; what it printed, trimmed. A call takes at most some seconds
    // and the tool's own time. Failure (Process): its words.
    io::Task<Result<std::string>> ask(std::vector<std::string> arguments, io::StopToken stop) const;

    // The same, with `input`.
    io::Task<Result<std::string>> feed(std::vector<std::string> arguments, std::string input,
                                       io::StopToken stop) const;

    // The same; all it prints goes to `log`. `scratch`: its TMPDIR, if not empty. Stop: HUP, KILL some
    // seconds later.
    io::Task<Result<void>> show(std::vector<std::string> arguments, std::shared_ptr<Sink> log,
                                io::StopToken stop, std::string scratch = {}) const;

    // The id of an image by its name. `pull` says when it is fetched, whose output goes to `log`: "missing",
    // "always" or "never". Failure: the engine's words, with a hint.
    io::Task<Result<std::string>> findImage(std::string image, std::string pull, std::shared_ptr<Sink> log,
                                            io::StopToken stop) const;

    // The id of one that is there.
    io::Task<Result<std::string>> idOf(std::string image, io::StopToken stop) const;

    // Removes containers; those that are not there are no failure.
    io::Task<Result<void>> remove(std::vector<std::string> names) const;

  private:
    EngineClient(Engine tool, std::vector<std::string> environment)
        : tool_(std::move(tool)), environment_(std::move(environment)) {}

    io::Task<Result<std::string>> idOfAny(std::string image, io::StopToken stop) const;
    io::Task<Result<void>> pull(std::string image, std::shared_ptr<Sink> log, io::StopToken stop) const;
    [[nodiscard]] io::SpawnOptions command(std::vector<std::string> arguments) const;
    [[nodiscard]] Error failed(const std::string& what, const std::string& words) const;

    Engine tool_;
    std::vector<std::string> environment_;
    io::StopToken stop_;
};

} // namespace cirque::agent
