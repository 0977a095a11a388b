// SPDX-License-Identifier: Apache-2.0
// Any text as a label of one of the languages a graph is written in. Control characters and bytes that are no
// UTF-8 are replaced first: none of the languages has a way to write them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cirque::report {

// Inside double quotes of a DOT label, where backslashes start escapes and entities are read.
std::string dotText(std::string_view text);

// Inside ["..."] of a Mermaid node, whose text is read as Markdown and HTML after its own entities (#35;).
std::string mermaidText(std::string_view text);

// XML 1.0 character data or an attribute in double quotes.
std::string xmlText(std::string_view text);

} // namespace cirque::report
