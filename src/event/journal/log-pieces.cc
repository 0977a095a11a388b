// SPDX-License-Identifier: Apache-2.0
#include "event/journal/log-pieces.hh"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace cirque::event {
namespace {

constexpr std::int64_t bufferBytes = 256 << 10;

} // namespace

Result<std::string_view> LogPieces::window(std::int64_t offset, std::int64_t want) {
    want = std::min(want, end_ - offset);
    const bool held = offset >= start_ && offset + want <= start_ + static_cast<std::int64_t>(buffer_.size());
    if (!held) {
        buffer_.resize(static_cast<std::size_t>(std::min(bufferBytes, end_ - offset)));
        std::size_t filled = 0;
        while (filled < buffer_.size()) {
            const ssize_t got = ::pread(fd_, buffer_.data() + filled, buffer_.size() - filled,
                                        offset + static_cast<std::int64_t>(filled));
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                return fail(systemError(errno, "read the log", path_));
            }
            if (got == 0) {
                break; // someone cut the file
            }
            filled += static_cast<std::size_t>(got);
        }
        buffer_.resize(filled);
        start_ = offset;
    }
    return std::string_view(buffer_).substr(static_cast<std::size_t>(offset - start_),
                                            static_cast<std::size_t>(want));
}

Result<std::optional<Piece>> LogPieces::at(std::int64_t offset, std::int64_t boundary) {
    if (offset >= end_) {
        return std::optional<Piece>();
    }
    constexpr auto longest = static_cast<std::int64_t>(maxLineBytes);
    const std::int64_t want = std::min(boundary - offset, longest + 1);
    CIRQUE_TRY_ASSIGN(const std::string_view view, window(offset, want));
    if (view.empty()) {
        return std::optional<Piece>();
    }
    const std::size_t newline = view.find('\n');
    if (newline != std::string_view::npos) {
        return std::optional(
            Piece{view.substr(0, newline), LineEnd::Newline, static_cast<std::int64_t>(newline) + 1});
    }
    if (view.size() > maxLineBytes) {
        return std::optional(Piece{view.substr(0, maxLineBytes), LineEnd::Split, longest});
    }
    const auto size = static_cast<std::int64_t>(view.size());
    return std::optional(
        Piece{view, offset + size < end_ && size == want ? LineEnd::Split : LineEnd::None, size});
}

} // namespace cirque::event
