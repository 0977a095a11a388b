// SPDX-License-Identifier: Apache-2.0
// docs/reference/events.md, from the table of event types.
#pragma once

#include <string>

namespace cirque::event {

// The whole page as Markdown.
std::string eventReference();

} // namespace cirque::event
