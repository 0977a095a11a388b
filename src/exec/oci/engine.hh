// SPDX-License-Identifier: Apache-2.0
// Calls of podman or docker, with its own words in every failure.
#pragma once

#include "exec/api/executor.hh"
#include "exec/oci/command.hh"
#include "io/process/process.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

class NoLog : public OutputSink {
  public:
    Result<void> write(std::string_view /*bytes*/, bool /*late*/) override { return {}; }
};

class OciEngine {
  public:
    // podman when `path` (the form of PATH) has it, else docker; docker first when the environment
    // ("K=V") names its daemon (DOCKER_HOST, DOCKER_CONTEXT). Failure: MissingTool.
    static Result<OciEngine> find(const std::string& path, std::vector<std::string> environment);

    [[nodiscard]] const OciTool& tool() const { return tool_; }

    [[nodiscard]] const std::vector<std::string>& environment() const { return environment_; }

    // The tool with these arguments, to its end; what it printed, trimmed. A call takes at most some seconds
    // and the tool's own time. Failure (Process): its words.
    io::Task<Result<std::string>> ask(std::vector<std::string> arguments, io::StopToken stop) const;

    // The same, with `input`.
    io::Task<Result<std::string>> feed(std::vector<std::string> arguments, std::string input,
                                       io::StopToken stop) const;

    // The same; all it prints goes to `log`. `scratch`: its TMPDIR, if not empty. Stop: HUP, KILL some
    // seconds later.
    io::Task<Result<void>> show(std::vector<std::string> arguments, std::shared_ptr<OutputSink> log,
                                io::StopToken stop, std::string scratch = {}) const;

    // Removes containers; those that are not there are no failure.
    io::Task<Result<void>> remove(std::vector<std::string> names) const;

  private:
    OciEngine(OciTool tool, std::vector<std::string> environment)
        : tool_(std::move(tool)), environment_(std::move(environment)) {}

    [[nodiscard]] io::SpawnOptions command(std::vector<std::string> arguments) const;
    [[nodiscard]] Error failed(const std::string& what, const std::string& words) const;

    OciTool tool_;
    std::vector<std::string> environment_;
};

} // namespace cirque::exec
