// SPDX-License-Identifier: Apache-2.0
#include "report/tui/screen.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::report::tui {
namespace {

constexpr std::string_view beginFrame = "\x1b[?2026h";
constexpr std::string_view endFrame = "\x1b[?2026l";
constexpr std::string_view hideCursor = "\x1b[?25l";
constexpr std::string_view showCursor = "\x1b[?25h";
constexpr std::string_view clearRest = "\x1b[K";  // of the line
constexpr std::string_view clearBelow = "\x1b[J"; // with the rest of the line
constexpr std::string_view newLine = "\r\n";

std::string up(std::size_t rows) {
    return rows == 0 ? std::string() : fmt::format("\x1b[{}A", rows);
}

} // namespace

void Screen::moveTo(std::string& out, std::size_t row) {
    out += '\r';
    if (row < cursor_) {
        out += up(cursor_ - row);
    } else if (row > cursor_) {
        out += fmt::format("\x1b[{}B", row - cursor_);
    }
    cursor_ = row;
}

std::string Screen::redraw(const std::vector<Line>& lines, std::span<const std::string> above) {
    // cleared before and not after: a line that ends at the margin would lose its last character
    std::string out = "\r" + up(up_);
    out += clearBelow;
    for (const std::string& text : above) {
        out.append(text).append(newLine);
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        out += i == 0 ? std::string_view() : newLine;
        out += lines[i].render(colour_);
    }
    out += '\r';
    cursor_ = lines.empty() ? 0 : lines.size() - 1;
    return out;
}

std::string Screen::change(const std::vector<Line>& lines) {
    std::string out;
    const std::size_t common = std::min(lines.size(), shown_.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (lines[i] != shown_[i]) {
            moveTo(out, i);
            out.append(lines[i].render(colour_)).append(clearRest);
        }
    }
    for (std::size_t i = common; i < lines.size(); ++i) {
        if (i > 0) {
            moveTo(out, i - 1);
            out += newLine;
        }
        cursor_ = i;
        out.append(lines[i].render(colour_)).append(clearRest);
    }
    if (lines.size() < shown_.size()) {
        moveTo(out, lines.size());
        out += clearBelow;
    }
    moveTo(out, lines.empty() ? 0 : lines.size() - 1);
    return out;
}

std::string Screen::update(const std::vector<Line>& lines, std::span<const std::string> above) {
    if (above.empty() && !anew_ && lines == shown_) {
        return {};
    }
    std::string out(beginFrame);
    out += hidden_ ? std::string_view() : hideCursor;
    hidden_ = true;
    out += anew_ || !above.empty() ? redraw(lines, above) : change(lines);
    anew_ = false;
    shown_ = lines;
    up_ = cursor_;
    return out.append(endFrame);
}

void Screen::resize(Size size) {
    std::size_t rows = 0;
    for (std::size_t i = 0; i < cursor_ && i < shown_.size(); ++i) {
        const std::size_t width = std::max<std::size_t>(shown_[i].width(), 1);
        rows += (width + size.columns - 1) / std::max<std::size_t>(size.columns, 1);
    }
    up_ = std::min(rows, size.rows > 0 ? size.rows - 1 : 0);
    anew_ = true;
}

std::string Screen::leave() {
    if (!hidden_) {
        return {};
    }
    std::string out = "\r" + up(up_);
    out.append(clearBelow).append(showCursor);
    shown_.clear();
    cursor_ = up_ = 0;
    anew_ = hidden_ = false;
    return out;
}

} // namespace cirque::report::tui
