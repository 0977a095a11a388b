// SPDX-License-Identifier: Apache-2.0
// The dotenv file form. One NAME=value a line; blank lines and lines that begin with '#' are skipped; "export
// " before a name is accepted. Nothing is expanded and no escape means anything, so every byte of a value is
// what it says.
//
// A value is the text after '=' without surrounding blanks. When it begins and ends with the same quote (' or
// "), that one outer pair is stripped and what is inside stays as it is. A value that opens a quote and does
// not close it goes on over the next lines until one ends with that quote. After a closing quote only a
// comment may follow; in an unquoted value '#' is an ordinary character.
#pragma once

#include "base/result.hh"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::secret {

using Assignments = std::vector<std::pair<std::string, std::string>>;

// In the file's order; a name may come twice (the later wins for whoever merges). Errors name `file` and the
// line and never show a value. Code Provider.
Result<Assignments> parseDotenv(std::string_view text, std::string_view file);

} // namespace cirque::secret
