// SPDX-License-Identifier: Apache-2.0
// A terminal in memory that understands exactly what Cirque may send to one. Anything else is an error, so
// that nothing unexpected is ever emitted. Wraps at the margin, keeps what scrolls away, and re-wraps its
// lines when it is resized, as most terminals do.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::test {

class Vt {
  public:
    Vt(std::size_t columns, std::size_t rows);

    // Bytes as a program writes them; LF also returns to the first column, as the tty's output mode makes it.
    void feed(std::string_view bytes);
    void resize(std::size_t columns, std::size_t rows);

    // Rows on the screen, from the top, without the spaces at their ends.
    [[nodiscard]] std::vector<std::string> screen() const;
    // What scrolled away, oldest first.
    [[nodiscard]] std::vector<std::string> scrollback() const;
    // Both, without empty rows at the end; a row that was wrapped is one line again.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool cursorShown() const { return cursorShown_; }

    [[nodiscard]] std::size_t row() const { return row_; }

    [[nodiscard]] std::size_t column() const { return column_; }

    // Frames that were begun and ended (synchronized output).
    [[nodiscard]] std::size_t frames() const { return frames_; }

    // A colour or another attribute was ever set.
    [[nodiscard]] bool sawAttributes() const { return sawAttributes_; }

    // What it did not understand; must stay empty.
    [[nodiscard]] const std::string& errors() const { return errors_; }

  private:
    struct Row {
        std::vector<std::string> cells; // one each column; the second of a wide character is "\0"
        bool wrapped = false;           // goes on in the next row
    };

    [[nodiscard]] static std::string textOf(const Row& row);
    void put(std::string_view character, std::size_t width);
    void lineFeed();
    void control(std::string_view sequence);
    void privateMode(std::string_view sequence);
    void eraseBelow();
    void eraseRight();

    std::size_t columns_;
    std::size_t rows_;
    std::deque<Row> lines_; // the screen
    std::vector<Row> past_;
    std::size_t row_ = 0;
    std::size_t column_ = 0;
    bool wrapNext_ = false;
    bool cursorShown_ = true;
    bool inFrame_ = false;
    bool sawAttributes_ = false;
    std::size_t frames_ = 0;
    std::string pending_; // of a sequence or a character that came in pieces
    std::string errors_;
};

} // namespace cirque::test
