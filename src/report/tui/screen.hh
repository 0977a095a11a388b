// SPDX-License-Identifier: Apache-2.0
// The live block at the bottom of a terminal: the fewest bytes that turn what stands there into what should.
// The block lies in the normal screen, below everything printed before; the cursor rests in its last line.
// Pure.
//
// Emitted: text, CR LF, and of ECMA-48 CUU, CUD, EL 0, ED 0 and SGR; of DEC's private modes 25 (cursor) and
// 2026 (synchronized output, which terminals that do not know it ignore).
#pragma once

#include "report/tui/line.hh"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace cirque::report::tui {

struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
    bool operator==(const Size&) const = default;
};

class Screen {
  public:
    explicit Screen(bool colour) : colour_(colour) {}

    // Shows `lines`, each narrower than the terminal and fewer than it has rows, and puts `above` (finished
    // text, a line each) over them, where it scrolls away. Empty when nothing changes.
    std::string update(const std::vector<Line>& lines, std::span<const std::string> above = {});

    // The terminal has another size now. Terminals wrap lines that have become too long, so the next update
    // draws everything anew.
    void resize(Size size);

    // Takes the block away and shows the cursor again; text may follow where the block was.
    std::string leave();

    [[nodiscard]] const std::vector<Line>& lines() const { return shown_; }

  private:
    std::string redraw(const std::vector<Line>& lines, std::span<const std::string> above);
    std::string change(const std::vector<Line>& lines);
    void moveTo(std::string& out, std::size_t row);

    bool colour_;
    std::vector<Line> shown_;
    std::size_t cursor_ = 0; // its row in the block
    std::size_t up_ = 0;     // rows of the terminal from the block's first to the cursor
    bool anew_ = false;
    bool hidden_ = false; // the cursor
};

} // namespace cirque::report::tui
