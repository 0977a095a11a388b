// SPDX-License-Identifier: Apache-2.0
#include "report/plain/stream.hh"

#include "base/text.hh"
#include "report/text/text.hh"

#include <algorithm>

namespace cirque::report {
namespace {

constexpr std::size_t tailBytes = 8u << 10u;
constexpr std::size_t longestLastLine = 1000;

} // namespace

void Stream::line(std::string& out, std::string_view text, event::LineEnd end) const {
    out += prefix_;
    appendShown(out, text, colour_);
    out += end == event::LineEnd::Split ? " [the line goes on]\n" : "\n";
}

void Stream::keep(std::string_view bytes) {
    if (bytes.size() >= tailBytes) {
        tail_.assign(bytes.substr(bytes.size() - tailBytes));
        return;
    }
    if (tail_.size() + bytes.size() > 2 * tailBytes) {
        tail_.erase(0, tail_.size() + bytes.size() - tailBytes);
    }
    tail_ += bytes;
}

bool Stream::feed(std::string& out, std::string_view bytes) {
    keep(bytes);
    const std::size_t before = out.size();
    splitter_.feed(bytes, [&](std::string_view text, event::LineEnd end) { line(out, text, end); });
    return out.size() != before;
}

void Stream::finish(std::string& out) {
    splitter_.finish([&](std::string_view text, event::LineEnd end) { line(out, text, end); });
}

std::vector<std::string> Stream::lastLines(std::size_t count) const {
    std::string_view rest = tail_;
    if (rest.ends_with('\n')) {
        rest.remove_suffix(1);
    }
    std::vector<std::string> out;
    while (out.size() < count && !tail_.empty()) {
        const std::size_t newline = rest.rfind('\n');
        const std::string_view text = newline == std::string_view::npos ? rest : rest.substr(newline + 1);
        out.push_back(ellipsize(shown(text), longestLastLine));
        if (newline == std::string_view::npos) {
            break;
        }
        rest = rest.substr(0, newline);
    }
    std::ranges::reverse(out);
    return out;
}

} // namespace cirque::report
