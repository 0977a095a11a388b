// SPDX-License-Identifier: Apache-2.0
#include "io/process/read.hh"

#include "io/process/process.hh"
#include "io/runtime/runtime.hh"

#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <cerrno>

namespace cirque::io {

namespace asio = boost::asio;

namespace {

constexpr std::size_t firstPiece = 4u << 10u; // most pipes carry less; one that fills it gets a large one
constexpr std::size_t pieceSize = 256u << 10u;
constexpr Millis holdFor{5};
constexpr int piecesPerTurn = 16; // then other work of the loop has its turn

enum class ReadState { More, Filled, Empty, End };

// One read(2). More: something came; Filled: and there was no room for more.
Result<ReadState> readPiece(int fd, std::span<char> buffer,
                            const std::function<void(std::string_view)>& sink) {
    while (true) {
        auto count = ::read(fd, buffer.data(), buffer.size());
        if (count > 0) {
            sink(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
            return static_cast<std::size_t>(count) == buffer.size() ? ReadState::Filled : ReadState::More;
        }
        if (count == 0 || errno == EIO) { // EIO: the other side of a pseudo-terminal is gone
            return ReadState::End;
        }
        if (errno == EAGAIN) {
            return ReadState::Empty;
        }
        if (errno != EINTR) {
            return fail(systemError(errno, "read from", "a pipe"));
        }
    }
}

} // namespace

Task<Result<void>> detail::readUntil(UniqueFd fd, std::function<void(std::string_view)> sink, StopToken stop,
                                     AtStop atStop, std::function<bool()> hold) {
    asio::posix::stream_descriptor stream(co_await asio::this_coro::executor, fd.release());
    boost::system::error_code blocks;
    if (stream.native_non_blocking(true, blocks)) {
        co_return fail(systemError(blocks.value(), "read from", "a pipe"));
    }
    auto callback = stop.onStop([&stream](StopLevel) {
        boost::system::error_code ignored;
        ignored = stream.cancel(ignored); // fails only when nothing waits
    });
    std::size_t size = firstPiece;
    auto buffer = std::make_unique_for_overwrite<char[]>(size);
    int pieces = 0;
    while (atStop == AtStop::Drain || !stop.stopRequested()) {
        while (hold && hold() && co_await sleepFor(holdFor, stop)) {
        }
        auto state = readPiece(stream.native_handle(), std::span(buffer.get(), size), sink);
        if (!state) {
            co_return fail(std::move(state).error());
        }
        if (*state == ReadState::End || (*state == ReadState::Empty && stop.stopRequested())) {
            break;
        }
        if (*state == ReadState::Filled && size < pieceSize) {
            size = pieceSize;
            buffer = std::make_unique_for_overwrite<char[]>(size);
        }
        if (*state == ReadState::Empty) {
            // a descriptor that cannot be waited for (a file) never says Empty
            boost::system::error_code ignored;
            co_await stream.async_wait(asio::posix::descriptor_base::wait_read,
                                       asio::redirect_error(asio::use_awaitable, ignored));
            pieces = 0;
        } else if (++pieces == piecesPerTurn) {
            pieces = 0;
            co_await yieldNow();
        }
    }
    co_return Result<void>();
}

Task<Result<void>> readAll(UniqueFd fd, std::function<void(std::string_view)> sink, StopToken stop,
                           std::function<bool()> hold) {
    return detail::readUntil(std::move(fd), std::move(sink), std::move(stop), detail::AtStop::Leave,
                             std::move(hold));
}

} // namespace cirque::io
