// SPDX-License-Identifier: Apache-2.0
// Characters of XML 1.0: references, names. Internal to the folder; report/junit writes its own.
#pragma once

#include "base/result.hh"

#include <string>
#include <string_view>

namespace cirque::feedback {

bool isXmlSpace(char c);
bool isXmlNameStart(char c); // bytes of other scripts are taken for letters
bool isXmlNameByte(char c);

// Appends `raw` with its references settled: the five predefined ones and characters by number. A number that
// XML forbids becomes U+FFFD, because test tools write such; any other entity is an error, so no document can
// make more of itself. CR LF and CR become LF (XML 1.0, 2.11).
Result<void> appendXmlText(std::string& out, std::string_view raw);

} // namespace cirque::feedback
