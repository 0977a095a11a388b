// SPDX-License-Identifier: Apache-2.0
// A line of the live block before it is bytes: pieces of text, each in one style.
#pragma once

#include "base/columns.hh"
#include "report/text/paint.hh"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace cirque::report::tui {

struct Span {
    Style style = Style::Plain;
    std::string text; // no control characters
    bool operator==(const Span&) const = default;
};

class Line {
  public:
    Line& add(Style style, std::string text) {
        if (!text.empty()) {
            spans_.push_back({style, std::move(text)});
        }
        return *this;
    }

    // Cuts what goes beyond so many columns.
    void fit(std::size_t room);

    [[nodiscard]] std::size_t width() const {
        std::size_t total = 0;
        for (const Span& span : spans_) {
            total += columns(span.text);
        }
        return total;
    }

    // Its bytes, with or without SGR sequences; these are ended within the line.
    [[nodiscard]] std::string render(bool colour) const {
        std::string out;
        for (const Span& span : spans_) {
            out += paint(span.style, span.text, colour);
        }
        return out;
    }

    bool operator==(const Line&) const = default;

  private:
    std::vector<Span> spans_;
};

inline void Line::fit(std::size_t room) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < spans_.size(); ++i) {
        const std::size_t taken = columns(spans_[i].text);
        // a cut needs a column for its mark, so it is made where something still has to come
        if (used + taken > room || (used + taken == room && i + 1 < spans_.size())) {
            std::string& text = spans_[i].text;
            text = fitColumns(used + taken > room ? text : text + " ", room - used);
            spans_.resize(room > used ? i + 1 : i);
            return;
        }
        used += taken;
    }
}

} // namespace cirque::report::tui
