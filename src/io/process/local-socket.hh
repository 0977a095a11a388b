// SPDX-License-Identifier: Apache-2.0
// Questions and answers between processes of one user on one machine: a Unix stream socket on which each side
// sends one line. Addressed through the open folder (/proc/self/fd/N/NAME, see proc(5)), because sun_path
// holds 108 bytes only, and a folder may be deeper than that.
#pragma once

#include "base/result.hh"
#include "base/time.hh"
#include "io/process/fd.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>
#include <string>
#include <string_view>

namespace cirque::io {

inline constexpr std::size_t longestSocketLine = 64u << 10u;

class LocalServer {
  public:
    // Makes the socket (mode 0600) in a folder that exists and listens. Failure: something of that name is
    // there, or the filesystem has no sockets.
    static Result<LocalServer> listen(const std::string& path);

    LocalServer(LocalServer&& other) noexcept = default;
    LocalServer& operator=(LocalServer&&) = delete;
    ~LocalServer(); // removes the socket

    // A line without its newline to the line that answers it; called on the loop.
    using Answer = std::function<std::string(std::string_view line)>;

    // Answers until `stop` rises. Whoever runs as another user, sends too long a line or takes seconds for it
    // is sent away without an answer; nobody makes others wait. Call once.
    Task<> serve(Answer answer, StopToken stop);

  private:
    LocalServer() = default;
    UniqueFd socket_;
    UniqueFd folder_;
    std::string name_;
};

// Sends `line` to the socket at `path` and returns the line that answers it. Failure: NotFound when there is
// no socket, Unreachable when nobody listens on it, it is another user's, or no whole answer comes within
// `patience`. Blocks.
Result<std::string> askLocal(const std::string& path, std::string_view line, Millis patience);

} // namespace cirque::io
