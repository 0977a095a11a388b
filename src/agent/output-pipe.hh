// SPDX-License-Identifier: Apache-2.0
// One pipe between a step (stdout and stderr together, so that their order is true) and its sink.
#pragma once

#include "agent/step.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <functional>
#include <memory>
#include <optional>

namespace cirque::agent {

class OutputPipe : public std::enable_shared_from_this<OutputPipe> {
  public:
    // `onFailure` is called once, when the sink refuses bytes; what comes later is read and dropped, so that
    // the step can be ended and does not hang on a full pipe.
    static Result<std::shared_ptr<OutputPipe>> make(std::shared_ptr<Sink> sink);

    // Called once, when the sink refuses bytes; what comes later is read and dropped, so that the step does
    // not hang on a full pipe while it is being ended.
    void onFailure(std::function<void()> fn) { onFailure_ = std::move(fn); }

    [[nodiscard]] int writeEnd() const { return write_.get(); }

    void closeWriteEnd() { write_.reset(); }

    // Delivers until end of file or stop. Run it as a task of its own.
    io::Task<> pump(io::StopToken stop);

    // Delivers what is in the pipe now and no more; never waits. What comes later is marked late.
    void endOfStep();

    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

    [[nodiscard]] bool ended() const { return ended_; }

    io::Signal changed; // end of file

  private:
    void deliver(std::string_view bytes);

    std::shared_ptr<Sink> sink_;
    std::function<void()> onFailure_;
    io::UniqueFd read_;  // given to the pump
    io::UniqueFd drain_; // the same pipe, for endOfStep
    io::UniqueFd write_;
    std::optional<Error> failure_;
    bool late_ = false;
    bool ended_ = false;
};

} // namespace cirque::agent
