// SPDX-License-Identifier: Apache-2.0
// What is to be written to a pipe or socket, in order, without ever waiting in the caller.
#pragma once

#include "base/result.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::io {

class WriteQueue {
  public:
    // Makes the descriptor non-blocking. SIGPIPE must be ignored in this process.
    explicit WriteQueue(UniqueFd fd);

    // Keeps the bytes until the reader takes them. Unbounded: a producer asks waiting() first.
    void push(std::string_view bytes);

    // Nothing more will be pushed: the descriptor is closed once everything is written.
    void end();

    [[nodiscard]] std::size_t waiting() const { return bytes_.size() - written_; }

    // All that the reader has taken so far.
    [[nodiscard]] std::uint64_t taken() const { return taken_; }

    // Writes until everything is written after end(), or `stop` rises, or the other side is gone. Then the
    // descriptor is closed and later bytes are dropped. Run it once, as a task of its own. Failure: the
    // system's reason; EPIPE is one.
    Task<Result<void>> serve(StopToken stop);

  private:
    Result<bool> writeSome(int fd);

    UniqueFd fd_;
    std::string bytes_;
    std::size_t written_ = 0; // of bytes_
    std::uint64_t taken_ = 0;
    bool ended_ = false;
    bool closed_ = false;
    Signal more_;
};

} // namespace cirque::io
