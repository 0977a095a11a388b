// SPDX-License-Identifier: Apache-2.0
#include "tests/support/vt.hh"

#include "base/columns.hh"

#include <algorithm>
#include <cstdlib>

namespace cirque::test {
namespace {

const std::string continuation("\0", 1);

std::size_t characterLength(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
}

std::size_t number(std::string_view text) {
    return text.empty() ? 1 : static_cast<std::size_t>(std::strtoul(std::string(text).c_str(), nullptr, 10));
}

} // namespace

Vt::Vt(std::size_t columns, std::size_t rows) : columns_(columns), rows_(rows), lines_(rows) {}

std::string Vt::textOf(const Row& row) {
    std::string out;
    for (const std::string& cell : row.cells) {
        out += cell == continuation ? "" : cell;
    }
    if (!row.wrapped) { // else a space at the margin is one between words
        out.erase(out.find_last_not_of(' ') + 1);
    }
    return out;
}

void Vt::lineFeed() {
    wrapNext_ = false;
    if (row_ + 1 < rows_) {
        ++row_;
        return;
    }
    past_.push_back(std::move(lines_.front()));
    lines_.pop_front();
    lines_.emplace_back();
}

void Vt::put(std::string_view character, std::size_t width) {
    if (width == 0) {
        std::vector<std::string>& cells = lines_[row_].cells;
        const std::size_t before = wrapNext_ || column_ == 0 ? column_ : column_ - 1;
        for (std::size_t at = std::min(before, cells.size() - 1) + 1; at-- > 0 && !cells.empty();) {
            if (cells[at] != continuation) {
                cells[at] += character;
                return;
            }
        }
        return;
    }
    if (wrapNext_ || column_ + width > columns_) {
        lines_[row_].wrapped = true;
        lineFeed();
        column_ = 0;
    }
    std::vector<std::string>& cells = lines_[row_].cells;
    cells.resize(std::max(cells.size(), column_ + width), " ");
    cells[column_] = character;
    if (width == 2) {
        cells[column_ + 1] = continuation;
    }
    column_ += width;
    wrapNext_ = column_ >= columns_;
    column_ = std::min(column_, columns_ - 1);
}

void Vt::eraseRight() {
    // at the margin with a wrap pending, xterm erases the last cell: a program must not rely on either
    if (wrapNext_) {
        errors_ += "erased to the right at the margin; ";
    }
    std::vector<std::string>& cells = lines_[row_].cells;
    cells.resize(std::min(cells.size(), column_));
    lines_[row_].wrapped = false;
}

void Vt::eraseBelow() {
    eraseRight();
    for (std::size_t i = row_ + 1; i < rows_; ++i) {
        lines_[i] = Row{};
    }
}

void Vt::privateMode(std::string_view sequence) {
    const bool on = sequence.back() == 'h';
    const std::string_view mode = sequence.substr(1, sequence.size() - 2);
    if (mode == "25") {
        cursorShown_ = on;
    } else if (mode == "2026") {
        if (inFrame_ == on) {
            errors_ += "a frame within a frame; ";
        }
        inFrame_ = on;
        frames_ += on ? 0 : 1;
    } else {
        errors_ += "mode " + std::string(mode) + "; ";
    }
}

// `sequence` is what stands after CSI.
void Vt::control(std::string_view sequence) {
    const char final = sequence.back();
    const std::string_view parameters = sequence.substr(0, sequence.size() - 1);
    if (parameters.starts_with('?') && (final == 'h' || final == 'l')) {
        privateMode(sequence);
    } else if (final == 'A') {
        row_ -= std::min(number(parameters), row_);
        wrapNext_ = false;
    } else if (final == 'B') {
        row_ = std::min(row_ + number(parameters), rows_ - 1);
        wrapNext_ = false;
    } else if (final == 'K' && parameters.empty()) {
        eraseRight();
    } else if (final == 'J' && parameters.empty()) {
        eraseBelow();
    } else if (final == 'm' && parameters.find_first_not_of("0123456789;") == std::string_view::npos) {
        sawAttributes_ = true;
    } else {
        errors_ += "CSI " + std::string(sequence) + "; ";
    }
}

void Vt::feed(std::string_view bytes) {
    pending_ += bytes;
    std::string_view rest = pending_;
    while (!rest.empty()) {
        const char first = rest.front();
        if (first == '\x1b') {
            if (rest.size() > 1 && rest[1] != '[') {
                errors_ += "ESC " + std::string(rest.substr(1, 1)) + "; ";
                rest.remove_prefix(2);
                continue;
            }
            const std::size_t end = rest.find_first_not_of("[?;0123456789", 1);
            if (end == std::string_view::npos) {
                break;
            }
            control(rest.substr(2, end - 1));
            rest.remove_prefix(end + 1);
            continue;
        }
        const std::size_t length = characterLength(rest);
        if (rest.size() < length) {
            break;
        }
        if (first == '\r') {
            column_ = 0;
            wrapNext_ = false;
        } else if (first == '\n') {
            lineFeed();
            column_ = 0;
        } else if (first == '\t') {
            column_ = std::min((column_ / 8 + 1) * 8, columns_ - 1);
            lines_[row_].cells.resize(std::max(lines_[row_].cells.size(), column_), " ");
        } else if (static_cast<unsigned char>(first) < 0x20 || first == '\x7f') {
            errors_ += "control character " + std::to_string(static_cast<int>(first)) + "; ";
        } else {
            put(rest.substr(0, length), columns(rest.substr(0, length)));
        }
        rest.remove_prefix(length);
    }
    pending_ = std::string(rest);
}

void Vt::resize(std::size_t width, std::size_t height) {
    // every line as it was before it was wrapped, with the place of the cursor in it
    std::vector<Row> all = std::move(past_);
    const std::size_t cursorRow = all.size() + row_;
    std::size_t last = cursorRow + 1;
    for (std::size_t i = 0; i < rows_; ++i) {
        last = lines_[i].cells.empty() ? last : std::max(last, all.size() + 1);
        all.push_back(std::move(lines_[i]));
    }
    all.resize(last);
    std::vector<Row> wrapped;
    std::size_t newCursor = 0;
    for (std::size_t i = 0; i < all.size();) {
        std::vector<std::string> cells;
        std::size_t cursorAt = std::string::npos;
        bool more = true;
        for (; more && i < all.size(); ++i) {
            cursorAt = i == cursorRow ? cells.size() + column_ : cursorAt;
            more = all[i].wrapped;
            cells.insert(cells.end(), all[i].cells.begin(), all[i].cells.end());
        }
        const std::size_t begin = wrapped.size();
        do {
            std::size_t take = std::min(width, cells.size());
            take -= take < cells.size() && cells[take] == continuation ? 1 : 0;
            const auto end = cells.begin() + static_cast<std::ptrdiff_t>(take);
            wrapped.push_back({{cells.begin(), end}, take < cells.size()});
            cells.erase(cells.begin(), end);
        } while (!cells.empty());
        if (cursorAt != std::string::npos) {
            newCursor = std::min(begin + cursorAt / width, wrapped.size() - 1);
            column_ = cursorAt % width;
        }
    }
    columns_ = width;
    rows_ = height;
    wrapNext_ = false;
    // the cursor stays visible; what is above the screen is past
    const std::size_t top = wrapped.size() > height ? std::min(wrapped.size() - height, newCursor) : 0;
    past_.assign(wrapped.begin(), wrapped.begin() + static_cast<std::ptrdiff_t>(top));
    lines_.assign(wrapped.begin() + static_cast<std::ptrdiff_t>(top), wrapped.end());
    lines_.resize(height);
    row_ = newCursor - top;
}

std::vector<std::string> Vt::screen() const {
    std::vector<std::string> out;
    std::ranges::transform(lines_, std::back_inserter(out), textOf);
    return out;
}

std::vector<std::string> Vt::scrollback() const {
    std::vector<std::string> out;
    std::ranges::transform(past_, std::back_inserter(out), textOf);
    return out;
}

std::string Vt::text() const {
    std::string out;
    const auto add = [&](const Row& row) {
        out += textOf(row);
        out += row.wrapped ? "" : "\n";
    };
    std::ranges::for_each(past_, add);
    std::ranges::for_each(lines_, add);
    out.erase(out.find_last_not_of('\n') + 1);
    return out + '\n';
}

} // namespace cirque::test
