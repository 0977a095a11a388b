// SPDX-License-Identifier: Apache-2.0
#include "report/plain/stream.hh"

#include "report/text/text.hh"

namespace cirque::report {
void Stream::line(std::string& out, std::string_view text, event::LineEnd end) const {
    out += prefix_;
    appendShown(out, text, colour_);
    out += end == event::LineEnd::Split ? " [the line goes on]\n" : "\n";
}

bool Stream::feed(std::string& out, std::string_view bytes) {
    const std::size_t before = out.size();
    splitter_.feed(bytes, [&](std::string_view text, event::LineEnd end) { line(out, text, end); });
    return out.size() != before;
}

void Stream::finish(std::string& out) {
    splitter_.finish([&](std::string_view text, event::LineEnd end) { line(out, text, end); });
}

} // namespace cirque::report
