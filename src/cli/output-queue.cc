// SPDX-License-Identifier: Apache-2.0
#include "cli/output-queue.hh"

#include "io/process/signals.hh"
#include "io/runtime/runtime.hh"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cirque::cli {
namespace {

constexpr std::size_t pieceBytes = 4096; // PIPE_BUF: what a pipe that says it has room takes without waiting
constexpr Millis lookEvery{10};
constexpr Millis patience{1000};
constexpr int slice = 100; // milliseconds

} // namespace

OutputQueue::OutputQueue(int fd, std::size_t soft, std::size_t hard) : fd_(fd), soft_(soft), hard_(hard) {}

bool OutputQueue::takesMore(int milliseconds) const {
    pollfd out{fd_, POLLOUT, 0};
    return poll(&out, 1, milliseconds) > 0;
}

// How many bytes were written; all of them when nobody reads any more.
std::size_t OutputQueue::writeNow(std::string_view text, int milliseconds) {
    std::size_t done = 0;
    while (!gone_ && done < text.size() && takesMore(milliseconds)) {
        const ssize_t count = ::write(fd_, text.data() + done, std::min(text.size() - done, pieceBytes));
        if (count >= 0) {
            done += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            break; // somebody else made the descriptor non-blocking
        } else if (errno != EINTR) {
            gone_ = true;
            if (errno != EPIPE) {
                failure_ = systemError(errno, "write to", "standard output");
                failure_->hint = "check where the output goes";
            }
        }
    }
    return gone_ ? text.size() : done;
}

void OutputQueue::writeWaiting(int milliseconds) {
    written_ += writeNow(std::string_view(waiting_).substr(written_), milliseconds);
    if (written_ == waiting_.size()) {
        waiting_.clear();
        written_ = 0;
    } else if (written_ > soft_) {
        waiting_.erase(0, std::exchange(written_, 0));
    }
}

void OutputQueue::push(std::string_view text) {
    if (waiting_.empty()) {
        text.remove_prefix(writeNow(text, 0));
    }
    if (text.empty()) {
        return;
    }
    waiting_ += text;
    behind_.notify();
    for (int refused = 0; waiting_.size() - written_ > hard_ && refused * slice < patience.count();) {
        const std::size_t before = waiting_.size() - written_;
        writeWaiting(slice);
        const bool stuck = waiting_.size() - written_ == before;
        refused += stuck && io::terminationRequested() ? 1 : 0;
    }
}

io::Task<> OutputQueue::serve(io::StopToken stop) {
    while (co_await behind_.wait(stop)) {
        while (!waiting_.empty() && co_await io::sleepFor(lookEvery, stop)) {
            writeWaiting(0);
        }
    }
}

io::Task<> OutputQueue::flush() {
    for (Millis refused{0}; !waiting_.empty() && refused < patience;) {
        const std::size_t before = waiting_.size() - written_;
        writeWaiting(0);
        if (!waiting_.empty()) {
            co_await io::sleepFor(lookEvery);
        }
        const bool stuck = !waiting_.empty() && waiting_.size() - written_ == before;
        refused = stuck && io::terminationRequested() ? refused + lookEvery : Millis{0};
    }
}

std::optional<Error> OutputQueue::takeFailure() {
    return std::exchange(failure_, std::nullopt);
}

} // namespace cirque::cli
