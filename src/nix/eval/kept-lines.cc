// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/kept-lines.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::nix {
namespace {

// Whole lines of the end of `text` that fit into `limit`; the bytes that went.
std::size_t dropFront(std::string& text, std::size_t limit) {
    if (text.size() <= limit) {
        return 0;
    }
    const std::size_t end = text.find('\n', text.size() - limit - 1);
    const std::size_t gone = end == std::string::npos ? text.size() : end + 1;
    text.erase(0, gone);
    return gone;
}

} // namespace

void KeptLines::add(std::string_view line) {
    constexpr std::size_t cutMark = 4; // what ellipsize and the break need
    const std::string cut = line.size() + 1 > ofEach_ ? ellipsize(line, ofEach_ - cutMark) : std::string();
    const std::string_view kept = cut.empty() ? line : std::string_view(cut);
    full_ = full_ || first_.size() + kept.size() + 1 > ofEach_;
    std::string& into = full_ ? last_ : first_;
    into.append(kept).push_back('\n');
    if (last_.size() > 2 * ofEach_) {
        dropped_ += dropFront(last_, ofEach_);
    }
}

std::string KeptLines::take() && {
    dropped_ += dropFront(last_, ofEach_);
    std::string out = std::move(first_);
    if (dropped_ > 0) {
        out += fmt::format("({} bytes of what Nix said here were not kept)\n", dropped_);
    }
    return out + last_;
}

} // namespace cirque::nix
