// SPDX-License-Identifier: Apache-2.0
// How common programs print a value when they do not print it as it is. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::secret {

// The value as the inside of a JSON string (with and without "\/"), as XML text, and as bash writes it:
// within double quotes (declare -p), within single quotes (set -x), with backslashes (printf %q) and within
// $'...'. Only forms that differ from the value, each once.
std::vector<std::string> escapedForms(std::string_view value);

} // namespace cirque::secret
