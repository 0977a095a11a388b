// SPDX-License-Identifier: Apache-2.0
// The file form of $CIRQUE_OUTPUT. Each entry is a line `name=value`, or a heredoc: `name<<WORD`, lines, and
// a line that is exactly WORD; its value is the lines between, without the last newline. Blank lines are
// skipped. Pure.
#pragma once

#include "agent/step.hh"

#include <string_view>

namespace cirque::agent {

// In the file's order; a name that comes again stays in the list, the later is meant to win. Errors name the
// line: no
// '=' or '<<', an empty name or one with control characters, a heredoc without an end, bytes that are not
// UTF-8 or a NUL (a value becomes a variable and a JSON string).
Result<Outputs> parseOutputs(std::string_view text);

} // namespace cirque::agent
