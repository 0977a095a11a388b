// SPDX-License-Identifier: Apache-2.0
// Foreign text (what Nix says, names of files) among the lines this program prints itself.
#pragma once

#include <string>
#include <string_view>

namespace cirque::cli {

// Without control characters but colours and newlines, and with no line that an outer runner takes for a
// command: GitHub's finds "::name" at the start of a line (blanks do not count) and "##[name" anywhere in
// one, on standard error as well. Such a line gets "> " before it, and "##[" becomes "## [", wherever it is
// printed: an error must read the same in a log and on a terminal.
std::string plainLines(std::string_view text);

} // namespace cirque::cli
