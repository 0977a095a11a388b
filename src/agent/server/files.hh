// SPDX-License-Identifier: Apache-2.0
// The files of an agent's job, for a coordinator that does not see them: trees and artifacts in, artifacts
// and reports out (agent/protocol).
#pragma once

#include "agent/protocol/messages.hh"
#include "agent/step.hh"
#include "artifact/job-files.hh"
#include "artifact/tree-stream.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cirque::agent {

class ServedFiles {
  public:
    // `transfers`: where artifacts lie on their way; need not exist.
    void setJob(std::string folder, std::string transfers);

    // A call has come. When Input follows it, what arrives is written at once by the loop itself: while that
    // lasts no more is read, so that a coordinator that is too fast has to wait.
    void begin(std::uint32_t call, const std::string& payload);
    void take(std::uint32_t call, std::string_view bytes);
    void end(std::uint32_t call);

    // Each to its Done.
    io::Task<Result<std::string>> putTree(std::uint32_t call, io::StopToken stop);
    io::Task<Result<std::string>> putArtifact(std::uint32_t call, std::string payload, io::StopToken stop);
    io::Task<Result<std::string>> getArtifact(std::uint32_t call, std::string payload,
                                              std::shared_ptr<Sink> sink, io::StopToken stop);
    io::Task<Result<std::string>> noteFiles(std::string payload);
    io::Task<Result<std::string>> readFiles(std::string payload, std::shared_ptr<Sink> sink,
                                            io::StopToken stop);

  private:
    struct Incoming {
        std::optional<artifact::TreeUnpacker> tree;
        std::optional<Error> failure;
        PutTree put;
        bool ended = false;
        std::shared_ptr<io::Signal> changed = std::make_shared<io::Signal>();
    };

    static Result<void> putBeside(const PutTree& put);
    Result<std::string> folderFor(std::uint32_t call, const std::string& payload) const;
    [[nodiscard]] std::string transferOf(std::uint32_t call) const;
    io::Task<Result<void>> received(std::uint32_t call, io::StopToken stop);

    std::string folder_;
    std::string transfers_;
    artifact::FileBaseline before_;
    std::map<std::uint32_t, Incoming> incoming_;
};

} // namespace cirque::agent
