// SPDX-License-Identifier: Apache-2.0
// What of a step's bytes may reach a terminal, and how outcomes and sizes are said.
#pragma once

#include "base/outcome.hh"

#include <cstdint>
#include <string>
#include <string_view>

namespace cirque::report {

// Appends the line as a terminal may show it: no control character but tab; bytes that are not UTF-8 become
// U+FFFD; with `colour` SGR sequences stay and are ended at the end of the line.
void appendShown(std::string& out, std::string_view line, bool colour);
std::string shown(std::string_view text, bool colour = false);

// "failed: exit 7", "succeeded", "skipped: a need failed".
std::string inWords(const Outcome& outcome);

// "512 bytes", "16.2 KiB".
std::string formatBytes(std::int64_t bytes);

// "1 job", "3 jobs".
std::string countOf(std::size_t count, std::string_view noun);

} // namespace cirque::report
