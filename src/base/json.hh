// SPDX-License-Identifier: Apache-2.0
// JSON at the edges only: documents in and out. Inside, Cirque uses its own types.
#pragma once

#include "base/result.hh"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace cirque {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

// Parses one JSON document (RFC 8259, UTF-8 checked, nesting up to 64 deep, no duplicate keys in one object).
// `what` names the document in the error, which carries line and column. Code InvalidPlan.
Result<Json> parseJson(std::string_view text, std::string_view what);

// The text or flag under `key`; empty or false when it is absent or something else.
std::string textAt(const JsonObject& object, std::string_view key);
bool flagAt(const JsonObject& object, std::string_view key);

// One line, no spaces.
std::string toLine(const Json& json);

// Indented by two spaces, keys in their order, ending in a newline.
std::string toPretty(const Json& json);

} // namespace cirque
