// SPDX-License-Identifier: Apache-2.0
// The few ways our own words look: the sixteen base colours, bold and dim, which a terminal shows readably on
// dark and on light. Nothing is said by colour alone.
#pragma once

#include "base/outcome.hh"

#include <string>
#include <string_view>

namespace cirque::report {

enum class Style { Plain, Bold, Dim, Red, Green, Yellow, Blue, Cyan };

// The SGR sequence that begins a style; empty for Plain.
std::string_view begin(Style style);
inline constexpr std::string_view endOfStyle = "\x1b[0m";

// The text in its style, or as it is when there are no colours.
std::string paint(Style style, std::string_view text, bool colour);

Style styleOf(const Outcome& outcome, bool tolerated = false);

// One column that says an outcome without colour: ✓ ✗ ⊘ ...
std::string_view markOf(const Outcome& outcome, bool tolerated = false);

} // namespace cirque::report
