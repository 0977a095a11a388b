// SPDX-License-Identifier: Apache-2.0
#include "report/text/paint.hh"

#include <array>

namespace cirque::report {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 8> sequences{"",         "\x1b[1m",  "\x1b[2m",  "\x1b[31m",
                                                    "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[36m"};

struct Look {
    Style style;
    std::string_view mark;
};

// Succeeded, Cached, Failed, Cancelled, Interrupted, Skipped, Infrastructure
constexpr std::array<Look, 7> looks{{{Style::Green, "✓"},
                                     {Style::Green, "≡"},
                                     {Style::Red, "✗"},
                                     {Style::Yellow, "⊘"},
                                     {Style::Yellow, "⊘"},
                                     {Style::Dim, "–"},
                                     {Style::Red, "!"}}};

constexpr Look tolerable{Style::Yellow, "~"};

Look lookOf(const Outcome& outcome, bool tolerated) {
    return tolerated ? tolerable : looks.at(static_cast<std::size_t>(outcome.kind));
}

} // namespace

std::string_view begin(Style style) {
    return sequences.at(static_cast<std::size_t>(style));
}

std::string paint(Style style, std::string_view text, bool colour) {
    if (!colour || style == Style::Plain || text.empty()) {
        return std::string(text);
    }
    return std::string(begin(style)).append(text).append(endOfStyle);
}

Style styleOf(const Outcome& outcome, bool tolerated) {
    return lookOf(outcome, tolerated).style;
}

std::string_view markOf(const Outcome& outcome, bool tolerated) {
    return lookOf(outcome, tolerated).mark;
}

} // namespace cirque::report
