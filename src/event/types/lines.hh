// SPDX-License-Identifier: Apache-2.0
// A stream of log bytes as lines, in pieces of any size. One rule for index, listeners and readers: a line
// ends at its newline; a line that grows beyond maxLineBytes is split, and the rest counts as the next line.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace cirque::event {

inline constexpr std::size_t maxLineBytes = 64u << 10u;

enum class LineEnd {
    Newline, // the line was complete
    Split,   // it goes on in the next line
    None,    // the stream ended without a newline
};

// Keeps only the unfinished line: at most maxLineBytes.
class LineSplitter {
  public:
    // Calls fn(line without newline, LineEnd) for each line that is complete. Views live until the call
    // returns.
    template <class Fn>
    void feed(std::string_view bytes, Fn&& fn) {
        while (!bytes.empty()) {
            const void* found = std::memchr(bytes.data(), '\n', bytes.size());
            const std::size_t length =
                found == nullptr ? bytes.size()
                                 : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
            if (rest_.size() + length > maxLineBytes) {
                const std::size_t fits = maxLineBytes - rest_.size();
                emit(bytes.substr(0, fits), LineEnd::Split, fn);
                bytes.remove_prefix(fits);
            } else if (found != nullptr) {
                emit(bytes.substr(0, length), LineEnd::Newline, fn);
                bytes.remove_prefix(length + 1);
            } else {
                rest_ += bytes;
                return;
            }
        }
    }

    // The stream has ended: the last line if it has no newline.
    template <class Fn>
    void finish(Fn&& fn) {
        if (!rest_.empty()) {
            emit({}, LineEnd::None, fn);
        }
    }

  private:
    template <class Fn>
    void emit(std::string_view bytes, LineEnd end, Fn&& fn) {
        if (rest_.empty()) {
            fn(bytes, end);
            return;
        }
        rest_ += bytes;
        fn(std::string_view(rest_), end);
        rest_.clear();
    }

    std::string rest_;
};

} // namespace cirque::event
