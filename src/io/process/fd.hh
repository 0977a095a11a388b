// SPDX-License-Identifier: Apache-2.0
// UniqueFd: one owner per descriptor. Every descriptor Cirque opens is close-on-exec.
#pragma once

#include "base/result.hh"

#include <string>
#include <string_view>
#include <utility>

namespace cirque::io {

class UniqueFd {
  public:
    UniqueFd() = default;

    explicit UniqueFd(int fd) : fd_(fd) {}

    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    UniqueFd& operator=(UniqueFd&& other) noexcept {
        reset(std::exchange(other.fd_, -1));
        return *this;
    }

    ~UniqueFd() { reset(); }

    [[nodiscard]] int get() const { return fd_; }

    explicit operator bool() const { return fd_ >= 0; }

    int release() { return std::exchange(fd_, -1); }

    void reset(int fd = -1);

  private:
    int fd_ = -1;
};

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

// pipe2(O_CLOEXEC); with `capacity` > 0 asks for that many bytes (F_SETPIPE_SZ; a refusal is ignored).
Result<Pipe> makePipe(int capacity = 0);

// A file in memory that holds `bytes`, to be read from its start: input of a child, without a pipe's writer
// to schedule and without SIGPIPE when the child does not read.
Result<UniqueFd> fileInMemory(std::string_view bytes);

// All bytes to a blocking descriptor; retries EINTR and short writes. `what` names the object in the error.
Result<void> writeAll(int fd, std::string_view bytes, std::string_view what);

// Whole small file as bytes; refuses more than `limit` bytes.
Result<std::string> readFile(const std::string& path, std::size_t limit = 256u << 20u);

// Writes `path` through a temporary file and rename, so that readers see the old or the new content.
Result<void> writeFileAtomic(const std::string& path, std::string_view bytes, unsigned mode = 0644);

// The same for a file that a user names. A symbolic link stays and what it names is written; what is there
// and is no regular file (a device, a pipe) is opened and written into. Waits a while for a reader that is
// slow, never for one that is not there.
Result<void> writeNamedFile(const std::string& path, std::string_view bytes);

// mkdir -p.
Result<void> makeFolders(const std::string& path, unsigned mode = 0755);

// The folder `path`, which must not be there yet, and those above it. `what`: what it is, for the message.
Result<void> makeNewFolder(const std::string& path, unsigned mode, std::string_view what);

// chown -R to this user and group that follows no symbolic link and leaves what is mounted in the tree; what
// is theirs already is only looked at.
Result<void> giveTree(const std::string& path, unsigned uid, unsigned gid);

// rm -rf that follows no symbolic link and makes unwritable folders writable first. Missing is fine. What is
// mounted in it, or on it, stays as it is and is a failure.
Result<void> removeTree(const std::string& path);

} // namespace cirque::io
