// SPDX-License-Identifier: Apache-2.0
// What standard output is, for commands that print a page and end.
#pragma once

#include "cli/command.hh"

#include <cstddef>

namespace cirque::cli {

// Columns of the terminal, between 60 and 200; 100 when standard output is none.
std::size_t pageWidth();

// Standard output is a terminal, and nothing speaks against colour.
bool pageColour(const Context& context);

} // namespace cirque::cli
