// SPDX-License-Identifier: Apache-2.0
// What a run shows, on its way to standard output. While the reader keeps up every text is written at once;
// when it does not (a stopped terminal, a slow pipe), the run goes on: its timeouts, its cancel and its other
// jobs must not wait for a reader.
#pragma once

#include "base/result.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <optional>
#include <string>
#include <string_view>

namespace cirque::cli {

class OutputQueue {
  public:
    // Beyond `soft` bytes that wait, congested() says so and the pipes of steps are left full; beyond `hard`
    // a push waits for the reader as print() does.
    explicit OutputQueue(int fd, std::size_t soft = 4U << 20U, std::size_t hard = 64U << 20U);

    // Writes what the reader takes without waiting and keeps the rest, in order. A reader that went away
    // (EPIPE) is no failure: everything is dropped from then on. Another failure is kept, see takeFailure.
    void push(std::string_view text);

    [[nodiscard]] bool congested() const { return waiting_.size() - written_ > soft_; }

    // Something waits for the reader.
    [[nodiscard]] bool behind() const { return !waiting_.empty(); }

    // Writes what waits whenever the reader takes more, until `stop` rises.
    io::Task<> serve(io::StopToken stop);

    // Until nothing waits any more, or the reader has taken nothing for a second although someone wants this
    // program to end (SIGINT, SIGTERM).
    io::Task<> flush();

    // The first failure of the descriptor.
    [[nodiscard]] std::optional<Error> takeFailure();

  private:
    [[nodiscard]] bool takesMore(int milliseconds) const;
    std::size_t writeNow(std::string_view text, int milliseconds);
    void writeWaiting(int milliseconds);

    int fd_;
    std::size_t soft_;
    std::size_t hard_;
    std::string waiting_;
    std::size_t written_ = 0; // of what waits
    io::Signal behind_;       // something waits
    bool gone_ = false;
    std::optional<Error> failure_;
};

} // namespace cirque::cli
