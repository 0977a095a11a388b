// SPDX-License-Identifier: Apache-2.0
#include "io/process/write-queue.hh"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::io {

namespace asio = boost::asio;

WriteQueue::WriteQueue(UniqueFd fd) : fd_(std::move(fd)) {
    const int flags = ::fcntl(fd_.get(), F_GETFL);
    (void)::fcntl(fd_.get(), F_SETFL, flags | O_NONBLOCK); // write tells of a bad descriptor
}

void WriteQueue::push(std::string_view bytes) {
    if (closed_) {
        return;
    }
    constexpr std::size_t worthMoving = 1U << 20U;
    if (written_ == bytes_.size() || written_ > worthMoving) {
        bytes_.erase(0, written_);
        written_ = 0;
    }
    bytes_ += bytes;
    more_.notify();
}

void WriteQueue::end() {
    ended_ = true;
    more_.notify();
}

// True: everything is written. False: the reader takes no more for now.
Result<bool> WriteQueue::writeSome(int fd) {
    while (waiting() > 0) {
        const ssize_t count = ::write(fd, bytes_.data() + written_, waiting());
        if (count >= 0) {
            written_ += static_cast<std::size_t>(count);
            taken_ += static_cast<std::uint64_t>(count);
        } else if (errno == EAGAIN) {
            return false;
        } else if (errno != EINTR) {
            return fail(systemError(errno, "write to", "a pipe"));
        }
    }
    return true;
}

Task<Result<void>> WriteQueue::serve(StopToken stop) {
    asio::posix::stream_descriptor stream(co_await asio::this_coro::executor, fd_.release());
    const StopCallback callback = stop.onStop([&stream](StopLevel) {
        boost::system::error_code ignored;
        (void)stream.cancel(ignored); // fails only when nothing waits
    });
    Result<void> result;
    while (!stop.stopRequested()) {
        const Result<bool> all = writeSome(stream.native_handle());
        if (!all) {
            result = fail(all.error());
            break;
        }
        if (*all && ended_) {
            break;
        }
        if (*all) {
            co_await more_.wait(stop);
        } else {
            boost::system::error_code ignored;
            co_await stream.async_wait(asio::posix::descriptor_base::wait_write,
                                       asio::redirect_error(asio::use_awaitable, ignored));
        }
    }
    closed_ = true;
    bytes_.clear();
    written_ = 0;
    co_return result;
}

} // namespace cirque::io
