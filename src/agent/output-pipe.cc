// SPDX-License-Identifier: Apache-2.0
#include "agent/output-pipe.hh"

#include "io/process/process.hh"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::agent {

namespace {

// For a chatty step, so that it and this process take turns rarely. A pipe is made with 64 KiB.
constexpr int chattyPipeBytes = 1 << 20;
constexpr std::size_t chattyPiece = 4U << 10U;

} // namespace

Result<std::shared_ptr<OutputPipe>> OutputPipe::make(std::shared_ptr<Sink> sink) {
    CIRQUE_TRY_ASSIGN(io::Pipe ends, io::makePipe());
    auto pipe = std::make_shared<OutputPipe>();
    pipe->drain_.reset(::fcntl(ends.read.get(), F_DUPFD_CLOEXEC, 0));
    if (!pipe->drain_) {
        return fail(systemError(errno, "copy", "the reading end of a step's pipe"));
    }
    pipe->sink_ = std::move(sink);
    pipe->read_ = std::move(ends.read);
    pipe->write_ = std::move(ends.write);
    return pipe;
}

void OutputPipe::deliver(std::string_view bytes) {
    if (failure_) {
        return;
    }
    if (auto written = sink_->write(bytes, late_); !written) {
        failure_ = std::move(written).error();
        if (onFailure_) {
            onFailure_();
        }
    }
}

io::Task<> OutputPipe::pump(io::StopToken stop) {
    const auto self = shared_from_this();
    const std::function<void(std::string_view)> take = [self, grown = false](std::string_view bytes) mutable {
        if (!grown && bytes.size() >= chattyPiece) {
            grown = true;
            (void)::fcntl(self->drain_.get(), F_SETPIPE_SZ, chattyPipeBytes); // else it stays as it is
        }
        self->deliver(bytes);
    };
    const std::function<bool()> hold = [self] { return self->sink_->congested(); };
    const auto read = co_await io::readAll(std::move(read_), take, stop, hold);
    if (!read && !failure_) {
        failure_ = read.error();
    }
    ended_ = true;
    drain_.reset();
    changed.notify();
}

void OutputPipe::endOfStep() {
    int left = 0;
    // Only what lies in the pipe now: a daemon that writes without end must not keep the step open.
    if (drain_ && ::ioctl(drain_.get(), FIONREAD, &left) == 0) {
        std::string buffer(std::min<std::size_t>(static_cast<std::size_t>(left), 256u << 10u), '\0');
        while (left > 0) {
            const std::size_t want = std::min(buffer.size(), static_cast<std::size_t>(left));
            const ssize_t got = ::read(drain_.get(), buffer.data(), want);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                break;
            }
            deliver(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
            left -= static_cast<int>(got);
        }
    }
    late_ = true;
}

} // namespace cirque::agent
