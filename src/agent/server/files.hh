// SPDX-License-Identifier: Apache-2.0
// The files of an agent's job, for a coordinator that does not see them: trees and artifacts in, artifacts
// and reports out (agent/protocol).
#pragma once

#include "agent/protocol/messages.hh"
#include "agent/step.hh"
#include "artifact/job-files.hh"
#include "artifact/tree-stream.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cirque::agent {

class ServedFiles {
  public:
    // `taken` is told how much of a call's Input is written.
    using Taken = std::function<void(std::uint32_t call, std::int64_t bytes)>;

    explicit ServedFiles(Taken taken = {}) : taken_(std::move(taken)) {}

    // `transfers`: where artifacts lie on their way; need not exist.
    void setJob(std::string folder, std::string transfers);

    // A call has come. When Input follows it, what arrives waits until the call itself writes it.
    void begin(std::uint32_t call, const std::string& payload);
    void take(std::uint32_t call, std::string_view bytes);
    void end(std::uint32_t call);
    // The call is answered: what still arrives is of no use.
    void forget(std::uint32_t call);

    // Each to its Done.
    io::Task<Result<std::string>> putTree(std::uint32_t call, std::string payload, io::StopToken stop);
    io::Task<Result<std::string>> putArtifact(std::uint32_t call, std::string payload, io::StopToken stop);
    io::Task<Result<std::string>> getArtifact(std::uint32_t call, std::string payload,
                                              std::shared_ptr<Sink> sink, io::StopToken stop);
    io::Task<Result<std::string>> noteFiles(std::string payload);
    io::Task<Result<std::string>> readFiles(std::string payload, std::shared_ptr<Sink> sink,
                                            io::StopToken stop);

  private:
    struct Incoming {
        std::deque<std::string> waiting;
        bool ended = false;
        io::Signal changed;
    };

    static Result<void> putBeside(const PutTree& put);
    [[nodiscard]] std::string transferOf(std::uint32_t call) const;
    // `held` becomes the folder, when it was made: nobody else removes it meanwhile.
    io::Task<Result<void>> receive(std::uint32_t call, std::string folder, std::shared_ptr<io::UniqueFd> held,
                                   io::StopToken stop);

    std::string folder_;
    std::string transfers_;
    artifact::FileBaseline before_;
    std::map<std::uint32_t, std::shared_ptr<Incoming>> incoming_;
    Taken taken_;
    bool swept_ = false;
};

} // namespace cirque::agent
